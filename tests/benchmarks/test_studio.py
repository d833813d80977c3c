from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from tests.benchmarks.studio import make_photos


def test_photos_are_many_different_cuts_and_always_the_same(tmp_path: Path) -> None:
    for name in ("glass", "metal"):
        (tmp_path / "source" / name).mkdir(parents=True)
        noise = np.random.default_rng(len(name)).integers(0, 256, (60, 80, 3), dtype=np.uint8)
        Image.fromarray(noise).save(tmp_path / "source" / name / "1.jpg")
    for target in ("first", "again"):
        make_photos(tmp_path / "source", tmp_path / target, 6)
    contents = {file.relative_to(tmp_path / "first"): file.read_bytes() for file in (tmp_path / "first").rglob("*.jpg")}
    assert len(set(contents.values())) == 6
    assert {name.parent.name for name in contents} == {"glass", "metal"}
    assert all((tmp_path / "again" / name).read_bytes() == content for name, content in contents.items())
