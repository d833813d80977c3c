from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from engine.arrays import Float32Array
from engine.backbones.speech import LENGTH, SHORTEST
from engine.backbones.weights import verified
from engine.modalities.audio import kinds
from engine.modalities.audio.samples import AudioSamples
from engine.modalities.audio.speech import PACES, SCALE, SPEECH, levels, pieces

RATE = 16_000


def noise(samples: int, loud: float = 0.1) -> Float32Array:
    return np.random.default_rng(0).normal(0.0, loud, samples).astype(np.float32)


def test_levels_are_what_the_network_was_made_for() -> None:
    path = verified(kinds.SPEECH).with_name("melspectrogram.onnx")
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    wave = noise(2 * RATE) * np.linspace(0.0, 3.0, 2 * RATE, dtype=np.float32)
    wave[:6000] = 0.0
    (wanted,) = session.run(None, {"input": wave[None]})
    ahead = (SCALE.size - SCALE.window) // 2  # its window lies in the middle of the transform's
    found = levels(wave[ahead:])[: wanted.shape[2] if wanted.ndim == 4 else wanted.shape[-2]]
    np.testing.assert_allclose(found, wanted.squeeze()[: len(found)] / 10.0 + 2.0, atol=2e-3)


@pytest.mark.parametrize("samples", [1, 160, 12_399, 12_400, 12_401, RATE])
def test_a_sound_of_any_length_has_levels_enough(samples: int) -> None:
    found = levels(noise(samples))
    assert len(found) == max(SHORTEST, SCALE.frames(samples))
    assert np.isfinite(found).all()


def test_silence_has_levels_too() -> None:
    np.testing.assert_allclose(levels(np.zeros(RATE, dtype=np.float32)), -8.0, rtol=1e-6)


def test_a_louder_sound_has_the_same_levels_higher_up() -> None:
    np.testing.assert_allclose(levels(noise(RATE)) + 2.0, levels(10.0 * noise(RATE)), atol=1e-3)


@pytest.mark.parametrize(("frames", "parts"), [(76, 1), (3000, 1), (3001, 2), (180_000, 60)])
def test_a_long_sound_is_heard_in_parts_of_one_length(frames: int, parts: int) -> None:
    cut = pieces(np.zeros((frames, 32), dtype=np.float32))
    assert len(cut) == parts
    assert sum(len(part) for part in cut) == frames
    assert max(len(part) for part in cut) - min(len(part) for part in cut) <= 1


def test_features_are_rows_of_nan_where_nothing_can_be_read(tmp_path: Path) -> None:
    gone = AudioSamples.from_paths([tmp_path / "gone.wav"])
    assert np.isnan(SPEECH.compute(gone, np.array([0]), "cpu")).all()
    sounds = AudioSamples.from_arrays([(noise(3 * RATE), RATE), (noise(500), RATE)])
    found = SPEECH.compute(sounds, np.array([1, 0]), "cpu")
    assert found.shape == (2, LENGTH)
    assert np.isfinite(found).all()


def test_at_three_paces_a_voice_is_heard_more_like_a_quicker_one() -> None:
    time = np.arange(2 * RATE) / RATE
    voice = (0.2 * np.sin(2 * np.pi * 220 * time) * (1 + np.sin(2 * np.pi * 3 * time))).astype(np.float32)
    quicker = (0.2 * np.sin(2 * np.pi * 247.5 * time) * (1 + np.sin(2 * np.pi * 3.375 * time))).astype(np.float32)
    sounds = AudioSamples.from_arrays([(voice, RATE), (quicker, RATE)])
    apart = []
    for kind in (SPEECH, PACES):
        one, other = kind.compute(sounds, np.arange(2), "cpu")
        apart.append(float(np.linalg.norm(one - other) / np.linalg.norm(one)))
    assert 0.0 < apart[1] < 0.9 * apart[0]


@pytest.mark.parametrize("samples", [1, 200])
def test_the_shortest_sounds_have_paces_too(samples: int) -> None:
    found = PACES.compute(AudioSamples.from_arrays([(noise(samples), RATE)]), np.arange(1), "cpu")
    assert np.isfinite(found).all()
