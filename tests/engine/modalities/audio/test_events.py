from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.arrays import Float32Array
from engine.backbones.weights import verified
from engine.backbones.yamnet import BANDS, FRAMES, load_yamnet
from engine.modalities.audio.events import EVENTS, LENGTH, SCALE, hear, levels, patches
from engine.modalities.audio.kinds import EVENTS as NAME
from engine.modalities.audio.samples import AudioSamples

RATE = 16_000


def noise(samples: int, loud: float = 0.1) -> Float32Array:
    return np.random.default_rng(0).normal(0.0, loud, samples).astype(np.float32)


def test_levels_are_what_the_network_was_made_for() -> None:
    wave = noise(2 * RATE)
    frames = np.lib.stride_tricks.sliding_window_view(wave.astype(np.float64), 400)[::160] * np.hanning(401)[:-1]
    spectrum = np.abs(np.fft.rfft(frames, 512))
    mel = 1127.0 * np.log(1.0 + np.linspace(0.0, 8000.0, 257) / 700.0)
    low, high = 1127.0 * np.log(1.0 + np.array([125.0, 7500.0]) / 700.0)
    middles = np.linspace(low, high, BANDS + 2)
    bands = np.stack([np.interp(mel, middles[band : band + 3], [0, 1, 0], 0, 0) for band in range(BANDS)], axis=1)
    np.testing.assert_allclose(levels(wave), np.log(spectrum @ bands + 0.001), atol=1e-3)


@pytest.mark.parametrize("samples", [1, 160, 15_599, 15_600, 15_760, 5 * RATE])
def test_a_sound_of_any_length_has_levels_enough(samples: int) -> None:
    found = levels(noise(samples))
    assert len(found) == max(FRAMES, SCALE.frames(samples))
    assert np.isfinite(found).all()


@pytest.mark.parametrize(
    ("frames", "starts"),
    [(96, [0]), (97, [0, 1]), (144, [0, 48]), (150, [0, 48, 54]), (96 + 61 * 96, [place * 96 for place in range(62)])],
)
def test_patches_cover_all_of_a_sound_and_long_ones_do_not_overlap(frames: int, starts: list[int]) -> None:
    level = np.arange(frames, dtype=np.float32)[:, None].repeat(BANDS, axis=1)
    found = patches(level)
    assert found.shape == (len(starts), FRAMES, BANDS)
    assert found[:, 0, 0].tolist() == starts
    assert found[-1, -1, -1] == frames - 1


def test_a_sound_is_heard_as_the_mean_and_the_largest_of_its_patches() -> None:
    network = load_yamnet(verified(NAME))
    one, other = noise(SCALE.samples(FRAMES)), noise(SCALE.samples(FRAMES), 0.01)
    both = np.concatenate([one, other[:240], other])
    heard = [hear(network, wave, "cpu").reshape(2, -1) for wave in (one, other, both)]
    np.testing.assert_array_equal(heard[0][0], heard[0][1])
    assert (heard[2][1] >= heard[2][0] - 1e-6).all()
    assert (heard[2][1] >= np.maximum(heard[0][0], heard[1][0]) - 1e-3).mean() > 0.9


def test_silence_is_heard_and_what_cannot_be_read_is_not(tmp_path: Path) -> None:
    silence = AudioSamples.from_arrays([(np.zeros(RATE, dtype=np.float32), RATE), (noise(500), RATE)])
    found = EVENTS.compute(silence, np.array([1, 0]), "cpu")
    assert found.shape == (2, LENGTH)
    assert np.isfinite(found).all()
    gone = AudioSamples.from_paths([tmp_path / "gone.wav"])
    assert np.isnan(EVENTS.compute(gone, np.array([0]), "cpu")).all()
