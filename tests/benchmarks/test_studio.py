from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.benchmarks import machine, options, session, studio
from tests.benchmarks.command import Load
from tests.benchmarks.results import load
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


def test_the_line_of_the_window_has_its_load_and_is_done_until_the_window_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = options.read("", ["--only", "studio", "--data", str(tmp_path), "--results", str(tmp_path / "r.jsonl")])
    measured = {"first_paint_s": 0.5}, ["stall of 120 ms"], Load(others_cores=0.1, stolen_cores=0.2)
    monkeypatch.setattr(studio, "measure_studio", lambda *_: measured)
    for window, lines in (("abc", 1), ("abc", 1), ("def", 2)):
        monkeypatch.setattr(machine, "window", lambda state=window: state)
        assert session.run(asked) == 0
        assert len(load(asked.results)) == lines
    line = load(asked.results)[0]
    assert line.figures == measured[0] and line.notes == {"stall 0": "stall of 120 ms"}
    assert line.state == "abc"
    assert (line.machine["others_cores"], line.machine["stolen_cores"]) == (0.1, 0.2)
    assert line.loaded, "both together are too much"
    assert line.machine["reference_ms"] > 0 and "load_after" in line.machine
