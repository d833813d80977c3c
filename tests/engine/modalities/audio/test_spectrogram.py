from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.arrays import Float32Array
from engine.backbones.efficientnet_lite import load_lite0
from engine.backbones.weights import verified
from engine.modalities.audio.samples import AudioSamples
from engine.modalities.audio.spectrogram import LENGTH, PICTURES, picture, see

RATE = 16_000


def tone(hertz: float, seconds: float = 1.0) -> Float32Array:
    return np.sin(2.0 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE).astype(np.float32)


def test_a_picture_has_high_tones_above_low_ones_and_one_contrast() -> None:
    low, high = picture(tone(300.0)), picture(tone(3000.0))
    assert low.shape == (128, 48)
    assert low.mean(axis=1).argmax() > high.mean(axis=1).argmax()
    for levels in (low, high, picture(0.01 * tone(300.0))):
        assert levels.mean() == pytest.approx(0.0, abs=1e-3)
        assert levels.std() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("samples", [1, 799, 800, 5000, 31 * RATE])
def test_sounds_of_any_length_are_seen(samples: int) -> None:
    sounds = AudioSamples.from_arrays([(np.random.default_rng(0).normal(0, 0.1, samples).astype(np.float32), RATE)])
    found = PICTURES.compute(sounds, np.array([0]), "cpu")
    assert found.shape == (1, LENGTH)
    assert np.isfinite(found).all()


def test_silence_is_seen_and_what_cannot_be_read_is_not(tmp_path: Path) -> None:
    silence = AudioSamples.from_arrays([(np.zeros(RATE, dtype=np.float32), RATE)])
    assert np.isfinite(PICTURES.compute(silence, np.array([0]), "cpu")).all()
    gone = AudioSamples.from_paths([tmp_path / "gone.wav"])
    assert np.isnan(PICTURES.compute(gone, np.array([0]), "cpu")).all()


def test_the_last_layer_is_that_of_the_network_for_pictures() -> None:
    import torch

    network, wave = load_lite0(verified("efficientnet_lite0")), tone(500.0)
    with torch.inference_mode():
        wanted = network(torch.from_numpy(picture(wave)).expand(1, 3, -1, -1))[0]
    np.testing.assert_allclose(see(network, wave, "cpu")[-1280:], wanted.numpy(), atol=1e-4)


def test_a_long_sound_is_seen_as_the_mean_of_its_parts() -> None:
    network = load_lite0(verified("efficientnet_lite0"))
    half = np.random.default_rng(0).normal(0.0, 0.1, 20 * RATE).astype(np.float32)
    whole, part, other = (see(network, wave, "cpu") for wave in (np.tile(half, 2), half, tone(500.0, 20.0)))
    alike = np.corrcoef([whole, part, other])[0]
    assert alike[1] > 0.9
    assert alike[1] > alike[2]
