from __future__ import annotations

from pathlib import Path

from labeling.project import Project
from labeling.thumbnails import Thumbnails
from studio.pictures import THUMBNAIL_SIDE
from tests.benchmarks.labeling.material import large_project, make_photos


def test_a_large_project_has_its_thumbnails(tmp_path: Path) -> None:
    make_photos(tmp_path / "photos", 5, (96, 72))
    assert len({file.read_bytes() for file in (tmp_path / "photos").iterdir()}) == 5
    large_project(tmp_path / "project", tmp_path / "photos", 40)
    with Project.open(tmp_path / "project") as project:
        frame = project.frame()
        cache = project.cache_path
    assert frame.height == 40
    assert frame["label"].null_count() == 20
    (tmp_path / "photos" / "000000.jpg").unlink()
    thumbnails = Thumbnails(cache)
    kept = thumbnails.get(Path(frame["reference"][0]), frame["content"][0], THUMBNAIL_SIDE)
    thumbnails.close()
    assert kept.startswith(b"\xff\xd8")
