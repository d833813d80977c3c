from __future__ import annotations

import struct
from pathlib import Path

import pytest

from labeling.errors import MediaRefused
from labeling.importing import read, understand
from labeling.media.picture import open_picture
from tests.engine.hostile_pictures import tiled_tiff, with_scans
from tests.labeling.conftest import PictureMaker

HUGE = tiled_tiff(64).replace(struct.pack("<I", 64), struct.pack("<I", 16_384))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (HUGE, r"The picture is stored in tiles of 16,384 × 16,384 pixels; the limit is 80 million"),
        (tiled_tiff(64, kind=2), "damaged or cut off"),
        (with_scans(200), "stored in more than 100 steps"),
    ],
)
def test_what_takes_too_much_to_open_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(MediaRefused, match=said):
        open_picture(data)


def test_hostile_pictures_are_left_out_and_the_others_taken_in(tmp_path: Path, make_picture: PictureMaker) -> None:
    make_picture(tmp_path / "good.png")
    (tmp_path / "tile.tif").write_bytes(HUGE)
    (tmp_path / "slow.jpg").write_bytes(with_scans(200))
    (tmp_path / "usual.jpg").write_bytes(with_scans(20))
    batch = read(understand(tmp_path))
    assert sorted(batch.frame["id"]) == ["good.png", "usual.jpg"]
    assert sorted(problem.path for problem in batch.problems) == ["slow.jpg", "tile.tif"]
