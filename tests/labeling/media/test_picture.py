from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from labeling.errors import MediaRefused
from labeling.importing import read, understand
from labeling.media.picture import look_of, open_picture, picture_size, upright
from labeling.thumbnails import reduced
from tests.engine.hostile_pictures import tiled_tiff, with_scans
from tests.labeling.conftest import PictureMaker

RESOLUTION_IN_LETTERS = (
    b"Exif\0\0II*\0"
    + struct.pack("<IHHHII", 8, 2, 0x0112, 3, 1, 6)
    + struct.pack("<HHI", 0x011A, 2, 4)
    + b"300\0\0\0\0\0"
)
CUT_OFF = b"Exif\0\0II*\0\x08"
LYING_IN_XMP = b'<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/>'
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


def wide(**options: object) -> bytes:
    """Return a JPEG of 40 x 20 pixels."""
    held = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(held, "JPEG", **options)
    return held.getvalue()


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (wide(exif=RESOLUTION_IN_LETTERS), (20, 40)),
        (wide(exif=CUT_OFF, dpi=(300, 300)), (40, 20)),
    ],
)
def test_an_odd_exif_block_spoils_no_photo(tmp_path: Path, data: bytes, size: tuple[int, int]) -> None:
    path = tmp_path / "odd.jpg"
    path.write_bytes(data)
    assert picture_size(path) == upright(path).size == reduced(path, 40).size == size
    assert look_of(open_picture(data)) == (None, b"")


def test_a_deep_picture_is_turned_too(tmp_path: Path) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    Image.new("I;16", (40, 20)).save(tmp_path / "deep.png", exif=turned)
    assert picture_size(tmp_path / "deep.png") == upright(tmp_path / "deep.png").size == (20, 40)


@pytest.mark.parametrize("form", ["TIFF", "JPEG", "WEBP", "PNG"])
def test_the_size_is_that_of_the_picture_shown(tmp_path: Path, form: str) -> None:
    path, picture = tmp_path / "lying", Image.new("RGB", (40, 20))
    if form == "TIFF":
        picture.save(path, form, tiffinfo={0x0112: 6})
    elif form == "PNG":
        told = PngInfo()
        told.add_itxt("XML:com.adobe.xmp", LYING_IN_XMP.decode())
        picture.save(path, form, pnginfo=told)
    else:
        picture.save(path, form, xmp=LYING_IN_XMP)
    assert picture_size(path) == upright(path).size == (20, 40)


def test_the_size_is_found_without_decoding(tmp_path: Path) -> None:
    told = PngInfo()
    told.add_itxt("XML:com.adobe.xmp", LYING_IN_XMP.decode())
    held = io.BytesIO()
    Image.new("RGB", (40, 20)).save(held, "PNG", pnginfo=told)
    cut_off = held.getvalue().partition(b"IDAT")
    (tmp_path / "header.png").write_bytes(cut_off[0] + cut_off[1])
    assert picture_size(tmp_path / "header.png") == (20, 40)
