"""The overview of a sound tells how loud it is where, and which pitches there are, whatever its length."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from labeling.sounds.overview import COARSE, PORTION, Overview, extent_of
from labeling.sounds.recording import Recording
from labeling.sounds.spectrum import ROWS, row_of
from tests.labeling.sounds.conftest import RATE


@pytest.fixture
def overview(tones: Path) -> Overview:
    with Recording(tones) as recording:
        made = Overview(recording.frames, recording.rate)
        while made.look_at(recording):
            pass
    return made


def test_it_knows_the_loudness_of_every_stretch(overview: Overview) -> None:
    low, high = overview.extent(0, overview.frames, 4)
    assert overview.done == overview.frames
    assert high == pytest.approx([0.0, 0.8, 0.8, 0.4], abs=0.01)  # the third begins within a block of the second
    assert low == pytest.approx(-high, abs=0.01)
    assert overview.loudest == pytest.approx(0.8, abs=0.01)


def test_more_columns_than_values_repeat_them(overview: Overview) -> None:
    low, high = overview.extent(RATE, RATE + 64, 300)
    assert len(low) == len(high) == 300
    assert (high >= low).all()


def test_its_pitches_are_those_of_the_sound(overview: Overview) -> None:
    levels = overview.levels(0, COARSE, overview.frames // COARSE)
    loudest = ROWS - 1 - levels.argmax(axis=0)
    assert levels.shape == (ROWS, overview.frames // COARSE)
    assert loudest[1] == pytest.approx(row_of(500, RATE), abs=1.5)
    assert loudest[3 * RATE // COARSE] == pytest.approx(row_of(2000, RATE), abs=1.5)


def test_a_long_sound_is_looked_at_in_portions(tmp_path: Path) -> None:
    import soundfile

    path = tmp_path / "long.wav"
    rate = 8000
    soundfile.write(path, np.zeros(PORTION + 5), rate)
    with Recording(path) as recording:
        made = Overview(recording.frames, rate)
        assert made.look_at(recording)
        assert made.done == PORTION
        assert not made.look_at(recording)
    assert made.done == PORTION + 5


def test_the_extent_of_samples_is_that_of_each_stretch() -> None:
    low, high = extent_of(np.array([1, -2, 3, 0], np.float32), 2)
    assert (low.tolist(), high.tolist()) == ([-2, 0], [1, 3])
    assert extent_of(np.zeros(0, np.float32), 3)[0].tolist() == [0, 0, 0]
