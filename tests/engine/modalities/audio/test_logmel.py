from __future__ import annotations

import numpy as np
import pytest

from engine.arrays import Float32Array
from engine.modalities.audio.logmel import MelScale, log_mel, mel_weights

RATE = 16_000


def tone(hertz: float, samples: int = RATE) -> Float32Array:
    return np.sin(2.0 * np.pi * hertz * np.arange(samples) / RATE).astype(np.float32)


@pytest.mark.parametrize("scale", [MelScale(), MelScale(window=1024, hop=320, size=1024, bands=128)])
def test_it_is_the_spectrum_by_the_fast_transform(scale: MelScale) -> None:
    wave = np.random.default_rng(0).normal(0.0, 0.1, RATE).astype(np.float32)
    hann = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(scale.window) / scale.window)
    frames = np.lib.stride_tricks.sliding_window_view(wave, scale.window)[:: scale.hop]
    power = np.abs(np.fft.rfft(frames * hann, scale.size) * 2.0 / hann.sum()) ** 2
    wanted = np.log(power @ mel_weights(scale) + scale.floor)
    np.testing.assert_allclose(log_mel(wave, scale), wanted, atol=1e-4)


def test_a_tone_lights_up_the_band_of_its_pitch() -> None:
    scale = MelScale(bands=40)
    places = [int(log_mel(tone(hertz), scale).mean(axis=0).argmax()) for hertz in (200.0, 1000.0, 4000.0)]
    assert places == sorted(places)
    middle = (mel_weights(scale) * (np.arange(257) * RATE / 512)[:, None]).sum(axis=0)
    np.testing.assert_allclose(middle[places], [200.0, 1000.0, 4000.0], rtol=0.1)


def test_a_full_scale_tone_has_about_the_power_one() -> None:
    weights = mel_weights(MelScale())
    peak = np.exp(log_mel(tone(1000.0), MelScale()).max()) / weights.max(axis=0)[weights[32].argmax()]
    assert peak == pytest.approx(1.0, rel=0.6)


def test_silence_is_the_floor() -> None:
    np.testing.assert_allclose(log_mel(np.zeros(RATE, dtype=np.float32), MelScale()), np.log(1e-8), rtol=1e-6)


@pytest.mark.parametrize("samples", [1, 399, 400, 559, 560, RATE, 400 + 160 * 5000])
def test_frames_are_as_many_as_promised(samples: int) -> None:
    scale = MelScale(bands=8)
    assert log_mel(np.zeros(samples, dtype=np.float32), scale).shape == (scale.frames(samples), 8)
    assert scale.frames(scale.samples(7)) == 7


def test_no_band_is_empty_even_where_the_transform_is_coarse() -> None:
    weights = mel_weights(MelScale(bands=128))
    assert np.isfinite(weights).all()
    np.testing.assert_allclose(weights.sum(axis=0), 1.0, rtol=1e-5)


def test_scales_that_differ_have_names_that_differ() -> None:
    names = {scale.name for scale in (MelScale(), MelScale(bands=40), MelScale(high=4000.0), MelScale(floor=1e-6))}
    assert len(names) == 4
