from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from exporters.server import pictures
from exporters.server.machine import calls, cores, machine, memory
from exporters.server.pictures import TooLarge, most_pixels, pixels_of, room_of
from exporters.server.settings import Limits
from tests.engine.hostile_pictures import tiled_tiff
from tests.exporters.server.conftest import encoded


def test_the_size_is_read_from_the_head_of_a_file(photo: bytes) -> None:
    large = encoded(np.zeros((600, 800), dtype=np.uint8), "PNG")
    assert pixels_of(large) == 600 * 800
    assert pixels_of(photo[:700]) in (0, pixels_of(photo))
    assert pixels_of(b"no picture") == pixels_of(b"") == 0


def test_a_thin_picture_counts_for_the_filters_along_its_edges() -> None:
    assert pixels_of(encoded(np.zeros((1, 60_000), dtype=np.uint8), "PNG")) == 200 * 60_001
    assert room_of(16, 1, 60_000) == 200 * 60_001  # pictures of one call share a filter
    assert room_of(16, 1000, 1000) == 16_000_000


@pytest.mark.parametrize("form", ["PPM", "ICO", "TGA", "EPS"])
def test_only_formats_that_are_read_are_looked_at(form: str) -> None:
    held = io.BytesIO()
    Image.new("RGB", (32, 32)).save(held, form)
    assert pixels_of(held.getvalue()) == 0


def test_the_limit_is_the_smaller_of_what_was_set_and_what_fits() -> None:
    assert most_pixels(replace(Limits(), pixels=5_000_000)) == 5_000_000
    assert 2_000_000 <= most_pixels(replace(Limits(), pixels=10**12)) <= (memory() or 10**15) / 20
    assert "80 million pixels; this server takes up to 5." in str(TooLarge.of(80_000_000, 5_000_000))


def test_a_tile_counts_where_it_is_larger_than_the_picture() -> None:
    assert pixels_of(tiled_tiff(1024)) == 1024 * 1024
    assert pixels_of(tiled_tiff(512, kind=2)) == 0


def test_pictures_that_take_more_room_count_for_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "memory", lambda: 740_000_000)
    monkeypatch.setattr(pictures, "resident_bytes", lambda: 0)
    assert most_pixels(replace(Limits(), pixels=10**12)) == 32_000_000
    for mode, pixels in (("RGB", 500_000), ("I;16", 500_000), ("I", 800_000), ("F", 800_000)):
        held = io.BytesIO()
        Image.new(mode, (1000, 500)).save(held, "TIFF")
        assert pixels_of(held.getvalue()) == pixels


def test_the_machine_is_known() -> None:
    assert cores() >= 1
    assert f"x{cores()}" in machine()
    assert (memory() or 10**9) > 10**8


def test_no_more_calls_run_at_once_than_there_are_cores_and_memory_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exporters.server.machine.cores", lambda: 64)
    for model_bytes, limit_mb, found in ((1_000_000, 832, 4), (10**9, 3776, 4), (10**9, 512, 1), (0, 10**6, 64)):
        monkeypatch.setattr("exporters.server.machine.memory", lambda limit=limit_mb * 1_000_000: limit)
        assert calls(model_bytes, "image") == found
    monkeypatch.setattr("exporters.server.machine.memory", lambda: 832_000_000)
    assert calls(1_000_000, "audio") == 2
    monkeypatch.setattr("exporters.server.machine.memory", lambda: None)
    assert calls(10**9, "table") == 64
