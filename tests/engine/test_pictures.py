from __future__ import annotations

import io
import struct

import pytest
from PIL import Image

from engine.pictures import MOST_SCANS, SCAN, has_too_many_scans, sides_of
from tests.engine.hostile_pictures import progressive, tiled_tiff, with_scans


@pytest.mark.parametrize(
    ("side", "first", "expected"), [(1024, (1, 1), (1024, 1024)), (16, (20, 20), (20, 20)), (32, (300, 1), (32, 32))]
)
def test_the_larger_of_picture_and_tile_counts(side: int, first: tuple[int, int], expected: tuple[int, int]) -> None:
    with Image.open(io.BytesIO(tiled_tiff(side, first=first))) as image:
        assert image.size == first
        assert sides_of(image) == expected


@pytest.mark.parametrize("form", ["PNG", "JPEG", "TIFF", "WEBP", "BMP", "GIF"])
def test_a_picture_without_tiles_has_its_own_sides(form: str) -> None:
    held = io.BytesIO()
    Image.new("RGB", (7, 5)).save(held, form)
    with Image.open(held) as image:
        assert sides_of(image) == (7, 5)


def test_a_tile_whose_size_is_no_number_is_damage() -> None:
    with Image.open(io.BytesIO(tiled_tiff(64, kind=2))) as image, pytest.raises(ValueError, match="no number"):
        sides_of(image)


def test_scans_are_counted() -> None:
    usual = progressive()
    assert not has_too_many_scans(usual)
    assert not has_too_many_scans(with_scans(MOST_SCANS - usual.count(SCAN)))
    assert has_too_many_scans(with_scans(MOST_SCANS))


def test_what_looks_like_scans_elsewhere_does_not_count() -> None:
    usual, signs = progressive(), 2 * MOST_SCANS * SCAN
    told = b"\xff\xe1" + struct.pack(">H", len(signs) + 2) + signs
    assert not has_too_many_scans(usual[:2] + told + usual[2:] + signs)
    assert not has_too_many_scans(b"")


def test_bytes_that_fill_up_are_passed_over_at_once() -> None:
    hostile = b"\xff\xd8" + b"\xff" * 300_000 + b"\x00" + (SCAN + b"\x00\x02") * (MOST_SCANS + 1)
    assert has_too_many_scans(hostile)  # in a moment: hours, where each of them is a place to start from
