"""Samples much like others, but not the same."""

from __future__ import annotations

import numpy as np

from engine.modalities.audio.samples import AudioSamples
from engine.modalities.image.samples import ImageSamples
from engine.modalities.text.samples import TextSamples
from exporters.edge.nearby import nearby
from tests.exporters.models import rows


def test_of_a_picture_the_inner_part_is_seen_in_a_mirror() -> None:
    picture = np.arange(20 * 30 * 3, dtype=np.uint32).reshape(20, 30, 3).astype(np.uint8)
    seen = nearby(ImageSamples.from_arrays([picture]))
    assert isinstance(seen, ImageSamples)
    assert np.array_equal(seen.picture(0), picture[2:18, 3:27][:, ::-1])


def test_large_pictures_become_coarser_and_tiny_ones_stay() -> None:
    sizes = [(4000, 100), (1, 1), (3, 9)]
    seen = nearby(ImageSamples.from_arrays([np.zeros((*size, 3), dtype=np.uint8) for size in sizes]))
    assert isinstance(seen, ImageSamples)
    assert [seen.picture(row).shape[:2] for row in range(3)] == [(458, 12), (1, 1), (3, 9)]


def test_of_a_sound_the_middle_is_heard() -> None:
    heard = nearby(AudioSamples.from_decoded([np.arange(100, dtype=np.float32), np.ones(1, dtype=np.float32)]))
    assert isinstance(heard, AudioSamples)
    first, second = heard.wave_or_none(0), heard.wave_or_none(1)
    assert first is not None and second is not None
    assert (first[0], len(first), len(second)) == (10.0, 80, 1)


def test_of_a_text_the_end_is_left_out() -> None:
    seen = nearby(TextSamples([("0123456789" * 2, "ab", "")]))
    assert isinstance(seen, TextSamples)
    assert seen.texts() == [("012345678901234567", "a", "")]


def test_what_cannot_be_read_takes_a_place_all_the_same() -> None:
    assert len(nearby(ImageSamples.from_paths(["nowhere.png", "nowhere else.png"]))) == 2


def test_rows_of_a_table_stay_as_they_are() -> None:
    table = rows(5)
    assert nearby(table) is table
