from __future__ import annotations

import numpy as np
import pytest

from engine.arrays import Float32Array
from engine.modalities.audio.resample import RATE, resampled

EDGE = 400  # within the filter's reach of the ends a tone is cut off


def tone(rate: int, hertz: float, seconds: float = 1.3) -> Float32Array:
    time = np.arange(int(rate * seconds) + 7) / rate
    return np.sin(2.0 * np.pi * hertz * time).astype(np.float32)


def brought(wave: Float32Array, rate: int, pieces: int = 1) -> Float32Array:
    return np.concatenate(list(resampled(np.array_split(wave, pieces), rate)))


@pytest.mark.parametrize("rate", [8000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000])
def test_a_tone_stays_the_same_tone(rate: int) -> None:
    wave = tone(rate, 0.2 * min(rate, RATE))
    answer = brought(wave, rate)
    assert len(answer) == -(-len(wave) * RATE // rate)
    wanted = tone(RATE, 0.2 * min(rate, RATE), 2.0)[: len(answer)]
    np.testing.assert_allclose(answer[EDGE:-EDGE], wanted[EDGE:-EDGE], atol=1e-4)


@pytest.mark.parametrize("rate", [44_100, 96_000])
def test_what_16_khz_cannot_hold_is_taken_away(rate: int) -> None:
    assert np.abs(brought(tone(rate, 9000.0), rate)[EDGE:-EDGE]).max() < 1e-3


@pytest.mark.parametrize("rate", [8000, 44_100, 44_101])
def test_blocks_of_any_size_give_the_same(rate: int) -> None:
    wave = tone(rate, 700.0)
    np.testing.assert_allclose(brought(wave, rate, pieces=13), brought(wave, rate), atol=1e-5)


@pytest.mark.parametrize("rate", [1001, 7919, 15_999, 44_101])
def test_a_rate_of_an_odd_ratio_keeps_length_and_pitch(rate: int) -> None:
    wave = tone(rate, 300.0, 4.0)
    answer = brought(wave, rate)
    assert len(answer) == pytest.approx(len(wave) * RATE / rate, rel=1e-3)
    spectrum = np.abs(np.fft.rfft(answer * np.hanning(len(answer)), 1 << 18))
    assert spectrum.argmax() * RATE / (1 << 18) == pytest.approx(300.0, rel=1e-3)


def test_one_sample_and_none_are_brought_too() -> None:
    assert len(brought(np.ones(1, dtype=np.float32), 8000)) == 2
    assert list(resampled([], 8000)) == []
