"""Pitches are where they belong, as loud as they are, and a column is the same wherever a tile begins."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.sounds.spectrum import ROWS, STEPS_PER_DB, columns, hertz_of, pooled, row_of, window_of

RATE = 22_050


def sine(hertz: float, frames: int, loudness: float = 1.0) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return (loudness * np.sin(2 * np.pi * hertz * np.arange(frames) / RATE)).astype(np.float32)


@pytest.mark.parametrize("hertz", [200.0, 1000.0, 5000.0])
@pytest.mark.parametrize("hop", [16, 256, 8192])
def test_a_tone_is_loudest_in_its_own_row(hertz: float, hop: int) -> None:
    half = window_of(RATE) // 2
    levels = columns(sine(hertz, 12 * hop + 2 * half), hop, RATE)
    assert levels.shape == (ROWS, 12)
    assert ROWS - 1 - levels[:, 5].argmax() == pytest.approx(row_of(hertz, RATE), abs=2)
    assert levels[:, 5].max() >= 255 - 4 * STEPS_PER_DB


def test_half_the_loudness_is_six_decibels_less() -> None:
    half = window_of(RATE) // 2
    loud, soft = (columns(sine(1000, 2048 + 2 * half, by), 512, RATE).max() for by in (0.8, 0.4))
    assert int(loud) - int(soft) == pytest.approx(6 * STEPS_PER_DB, abs=1)


def test_silence_is_nothing_and_too_little_is_no_column() -> None:
    assert not columns(np.zeros(30_000, np.float32), 512, RATE).any()
    assert columns(np.zeros(100, np.float32), 512, RATE).shape == (ROWS, 0)


def test_pooling_keeps_the_loudest() -> None:
    levels = np.array([[1, 5, 2, 9, 3]], np.uint8)
    assert pooled(levels, np.array([0, 2])).tolist() == [[5, 9]]


@given(row=st.floats(0, ROWS), rate=st.integers(4000, 192_000))
def test_rows_and_frequencies_turn_into_each_other(row: float, rate: int) -> None:
    assert row_of(hertz_of(row, rate), rate) == pytest.approx(row, abs=1e-6)
