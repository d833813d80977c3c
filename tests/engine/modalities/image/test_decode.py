from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.errors import DataError
from engine.modalities.image.decode import decode, decode_bytes, pixels_in
from tests.engine.hostile_pictures import tiled_tiff, with_scans
from tests.engine.modalities.image.pictures import texture

PICTURE = texture(0, 1)


def test_rgb_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a b\n🦆.png"
    Image.fromarray(PICTURE).save(path)
    decoded = decode(path)
    assert decoded.dtype == np.uint8
    np.testing.assert_array_equal(decoded, PICTURE)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "YCbCr", "I;16", "I", "F"])
def test_every_mode_becomes_rgb_and_keeps_its_brightness(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "picture.tif"
    ramp = np.tile(np.linspace(0, 255, 32).astype(np.uint8), (8, 1))
    if mode == "I;16":
        image = Image.fromarray(ramp.astype(np.uint16) * 257)
    elif mode in ("I", "F"):
        image = Image.fromarray(ramp.astype(np.int32 if mode == "I" else np.float32))
    else:
        image = Image.fromarray(ramp).convert("RGB").convert(mode)
    image.save(path, format="JPEG" if mode == "YCbCr" else "PNG" if mode in ("LA", "P") else "TIFF")
    decoded = decode(path)
    assert decoded.shape == (8, 32, 3)
    assert decoded[:, :4].mean() < 60
    assert decoded[:, -4:].mean() > 190


def test_sixteen_bits_are_scaled_not_cut(tmp_path: Path) -> None:
    levels = np.array([[0, 257, 32896, 65535]], dtype=np.uint16)
    Image.fromarray(levels).save(tmp_path / "deep.png")
    np.testing.assert_array_equal(decode(tmp_path / "deep.png")[0, :, 0], [0, 1, 128, 255])


@pytest.mark.parametrize(("bits", "suffix"), [(8, "png"), (12, "png"), (12, "tif"), (16, "tif")])
def test_grey_that_uses_some_of_its_sixteen_bits_is_as_bright_as_it_was(bits: int, suffix: str, tmp_path: Path) -> None:
    ramp = np.linspace(0, 2**bits - 1, 512).astype(np.uint16).reshape(16, 32)
    Image.fromarray(ramp).save(path := tmp_path / f"camera.{suffix}")
    levels = decode(path)[:, :, 0]
    assert len(np.unique(levels)) > 200
    assert (levels.min(), levels.max()) == (0, 255)


def test_greys_of_ten_and_fourteen_bits_are_darker_but_keep_their_steps(tmp_path: Path) -> None:
    for bits, brightest in ((10, 64), (14, 64)):
        ramp = np.linspace(0, 2**bits - 1, 512).astype(np.uint16).reshape(16, 32)
        Image.fromarray(ramp).save(path := tmp_path / f"{bits}.png")
        assert np.array_equal(np.unique(decode(path)[:, :, 0]), np.arange(brightest + 1))


def test_thirty_two_bits_of_any_range_fit(tmp_path: Path) -> None:
    for levels in ([0.0, 0.5, 1.0], [-4.0, 0.0, 4.0], [0.0, 50_000.0, 100_000.0]):
        Image.fromarray(np.array([levels], dtype=np.float32)).save(tmp_path / "f.tif")
        assert decode(tmp_path / "f.tif")[0, :, 0].tolist() == [0, 128, 255]


def test_transparency_is_laid_over_white(tmp_path: Path) -> None:
    rgba = np.zeros((4, 4, 4), dtype=np.uint8)
    rgba[:2, :, 3] = 255
    Image.fromarray(rgba).save(tmp_path / "t.png")
    decoded = decode(tmp_path / "t.png")
    assert (decoded[:2] == 0).all()
    assert (decoded[2:] == 255).all()


def test_a_transparent_palette_colour_is_white(tmp_path: Path) -> None:
    image = Image.new("P", (4, 4), 0)
    image.putpalette([200, 0, 0, 0, 200, 0])
    image.save(tmp_path / "p.gif", transparency=0)
    assert (decode(tmp_path / "p.gif") == 255).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_turns_the_picture_upright(tmp_path: Path, orientation: int) -> None:
    upright = np.zeros((6, 4, 3), dtype=np.uint8)
    upright[0, 0], upright[0, -1], upright[-1, 0] = (255, 0, 0), (0, 255, 0), (0, 0, 255)
    turn = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright, 1),
        7: upright[::-1, ::-1].transpose(1, 0, 2),
        8: np.rot90(upright, -1),
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(np.ascontiguousarray(turn[orientation])).save(tmp_path / "o.png", exif=exif)
    np.testing.assert_array_equal(decode(tmp_path / "o.png"), upright)


def test_a_one_pixel_picture_is_a_picture(tmp_path: Path) -> None:
    Image.new("L", (1, 1), 7).save(tmp_path / "dot.bmp")
    assert decode(tmp_path / "dot.bmp").tolist() == [[[7, 7, 7]]]


def test_how_many_pixels_a_file_holds_is_known_before_they_are_unpacked(tmp_path: Path) -> None:
    Image.new("RGB", (40, 30)).save(path := tmp_path / "whole.jpg")
    (tmp_path / "half.jpg").write_bytes(path.read_bytes()[:-4])
    (tmp_path / "notes.jpg").write_text("milk, eggs", encoding="utf-8")
    names = ("whole.jpg", "half.jpg", "notes.jpg", "gone.jpg")
    assert [pixels_in(tmp_path / name) for name in names] == [1200, 1200, 0, 0]


def test_an_empty_file_is_said_to_be_empty(tmp_path: Path) -> None:
    (tmp_path / "none.jpg").write_bytes(b"")
    with pytest.raises(DataError, match=r"none\.jpg is empty \(0 bytes\)"):
        decode(tmp_path / "none.jpg")


def test_a_text_named_jpg_is_no_picture(tmp_path: Path) -> None:
    (tmp_path / "notes.jpg").write_text("milk, eggs", encoding="utf-8")
    with pytest.raises(DataError, match=r"notes\.jpg is not a JPEG, PNG"):
        decode(tmp_path / "notes.jpg")


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "gif", "tif"])
def test_a_truncated_file_is_damaged_not_half_shown(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"half.{suffix}"
    Image.fromarray(PICTURE).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(DataError, match="half"):
        decode(path)


def test_a_missing_file_is_said_to_be_gone(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no longer where it was"):
        decode(tmp_path / "gone.png")


def test_a_folder_is_no_picture(tmp_path: Path) -> None:
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(DataError):
        decode(tmp_path / "folder.png")


def test_a_huge_picture_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    (tmp_path / "huge.png").write_bytes(b"\x89PNG\r\n\x1a\n" + body)
    with pytest.raises(DataError, match=r"too large: 50000 × 50000 pixels, and the limit is 80 million"):
        decode(tmp_path / "huge.png")


def test_a_huge_tile_counts_as_a_huge_picture(tmp_path: Path) -> None:
    (tmp_path / "dot.tif").write_bytes(tiled_tiff(64))
    assert decode(tmp_path / "dot.tif").shape == (1, 1, 3)
    raw = tiled_tiff(64).replace(struct.pack("<I", 64), struct.pack("<I", 16_384))
    (tmp_path / "dot.tif").write_bytes(raw)
    with pytest.raises(DataError, match=r"dot\.tif is too large: stored in tiles of 16384 × 16384 pixels"):
        decode(tmp_path / "dot.tif")


def test_a_jpeg_of_hundreds_of_scans_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    (tmp_path / "usual.jpg").write_bytes(with_scans(20))
    assert decode(tmp_path / "usual.jpg").shape == (32, 48, 3)
    (tmp_path / "slow.jpg").write_bytes(with_scans(200))
    with pytest.raises(DataError, match=r"slow\.jpg is stored in more than 100 steps"):
        decode(tmp_path / "slow.jpg")
    with pytest.raises(DataError, match="the upload is stored in more than 100 steps"):
        decode_bytes(with_scans(200), "the upload")


def test_a_format_outside_the_list_is_refused(tmp_path: Path) -> None:
    Image.fromarray(PICTURE).save(tmp_path / "picture.ppm")
    with pytest.raises(DataError, match="is not a JPEG"):
        decode(tmp_path / "picture.ppm")


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no symbolic links here")
def test_a_link_that_leads_nowhere_ends_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "loop.png").symlink_to(tmp_path / "loop.png")
    with pytest.raises(DataError):
        decode(tmp_path / "loop.png")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    place=st.integers(0, 2000), junk=st.binary(min_size=1, max_size=40), suffix=st.sampled_from(["png", "jpg", "gif"])
)
def test_damage_anywhere_gives_a_picture_or_a_sentence(tmp_path: Path, place: int, junk: bytes, suffix: str) -> None:
    path = tmp_path / f"x.{suffix}"
    Image.fromarray(PICTURE[:16, :16]).save(path)
    data = bytearray(path.read_bytes())
    place %= len(data)
    data[place : place + len(junk)] = junk
    path.write_bytes(data)
    try:
        assert decode(path).shape[2] == 3
    except DataError as error:
        assert str(error).endswith(".")


@pytest.mark.parametrize(("least", "sides"), [(0, (600, 800)), (300, (300, 400)), (301, (600, 800)), (60, (75, 100))])
def test_a_large_jpeg_is_only_unpacked_as_far_as_needed(least: int, sides: tuple[int, int], tmp_path: Path) -> None:
    ramp = np.linspace(0, 255, 800).astype(np.uint8)
    Image.fromarray(np.tile(ramp[None, :, None], (600, 1, 3))).save(tmp_path / "a.jpg", quality=95)
    picture = decode(tmp_path / "a.jpg", least)
    assert picture.shape == (*sides, 3)
    assert abs(float(picture[:, : sides[1] // 2].mean()) - 63.5) < 3.0


def test_what_is_not_jpeg_is_unpacked_whole(tmp_path: Path) -> None:
    Image.new("RGB", (400, 400), "red").save(tmp_path / "a.png")
    assert decode(tmp_path / "a.png", 50).shape == (400, 400, 3)
