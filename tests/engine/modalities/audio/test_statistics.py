from __future__ import annotations

import numpy as np
import pytest

from engine.modalities.audio.logmel import log_mel
from engine.modalities.audio.samples import AudioSamples
from engine.modalities.audio.statistics import LENGTH, SCALE, StatisticsKind, statistics
from tests.engine.modalities.audio.sounds import sound


@pytest.mark.parametrize("samples", [1, 400, 560, 720, 880, 16_000])
def test_sounds_of_any_length_have_finite_statistics(samples: int) -> None:
    wave = np.random.default_rng(0).normal(0.0, 0.1, samples).astype(np.float32)
    features = statistics(wave)
    assert features.shape == (LENGTH,)
    assert features.dtype == np.float32
    assert np.isfinite(features).all()
    assert features[-1] == pytest.approx(np.log(SCALE.frames(samples)), abs=1e-6)


def test_they_begin_with_mean_and_deviation_and_hold_the_median() -> None:
    wave = sound(0, 1)
    frames, features = log_mel(wave, SCALE), statistics(wave)
    np.testing.assert_allclose(features[:64], frames.mean(axis=0), atol=1e-4)
    np.testing.assert_allclose(features[64:128], frames.std(axis=0), atol=1e-4)
    np.testing.assert_allclose(features[256:320], np.median(frames, axis=0), atol=1e-4)


def test_segments_tell_when_something_was_heard() -> None:
    burst = np.random.default_rng(0).normal(0.0, 0.2, 8000).astype(np.float32)
    silence = np.zeros(24_000, dtype=np.float32)
    early, late = (statistics(np.concatenate(parts)) for parts in ([burst, silence], [silence, burst]))
    segments = [features[-257:-1].reshape(4, 64).mean(axis=1) for features in (early, late)]
    assert [int(levels.argmax()) for levels in segments] == [0, 3]
    np.testing.assert_allclose(early[:64], late[:64], atol=0.05)


def test_an_unreadable_sound_is_a_row_of_nan() -> None:
    sounds = AudioSamples(["gone.wav"], [None])
    features = StatisticsKind().compute(sounds, np.array([0]), "cpu")
    assert features.shape == (1, LENGTH)
    assert np.isnan(features).all()
