"""A passage is played to its end, or again and again, slower or faster at the same pitch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from labeling.sounds.passage import Passage
from labeling.sounds.recording import Recording, Samples
from tests.labeling.sounds.conftest import RATE


def played(passage: Passage, portion: int = 777) -> Samples:
    parts = []
    while len(part := passage.take(portion)):
        parts.append(part)
    return np.concatenate(parts)


def pitch(samples: Samples) -> float:
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(power.argmax() * RATE / len(samples))


def test_at_its_own_speed_it_is_what_was_recorded(tones: Path) -> None:
    with Recording(tones) as recording:
        heard = played(Passage(recording, 0.5, 2.5))
        assert np.array_equal(heard, recording.read(RATE // 2, 2 * RATE))


@pytest.mark.parametrize("speed", [0.5, 0.75, 1.5, 2.0])
def test_slower_and_faster_keep_the_pitch(tones: Path, speed: float) -> None:
    with Recording(tones) as recording:
        heard = played(Passage(recording, 1.0, 2.0, speed))
    assert len(heard) / RATE == pytest.approx(1.0 / speed, rel=0.05)
    middle = heard[len(heard) // 4 : -len(heard) // 4]
    assert pitch(middle) == pytest.approx(500, abs=8)
    assert np.abs(middle).max() == pytest.approx(0.8, abs=0.1)


def test_the_speed_can_change_on_the_way(tones: Path) -> None:
    with Recording(tones) as recording:
        passage = Passage(recording, 1.0, 2.0)
        passage.take(RATE // 2)
        passage.speed = 2.0
        rest = played(passage)
        passage.begin_at(1.0)
        passage.take(RATE // 4)
        passage.speed = 1.0
        assert passage.seconds == pytest.approx(1.5, abs=0.1)
    assert len(rest) == pytest.approx(RATE / 4, rel=0.2)


def test_it_is_repeated_until_that_is_taken_back(tones: Path) -> None:
    with Recording(tones) as recording:
        passage = Passage(recording, 1.0, 1.25, loop=True)
        assert len(passage.take(RATE + 100)) == RATE + 100
        passage.loop = False
        assert len(played(passage)) == RATE // 4 - 100
        assert len(passage.take(10)) == 0


def test_an_empty_passage_ends_at_once(tones: Path) -> None:
    with Recording(tones) as recording:
        assert len(Passage(recording, 2.0, 2.0, loop=True).take(100)) == 0
        assert len(Passage(recording, 9.0, 11.0).take(100)) == 0
