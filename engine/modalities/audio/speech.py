"""What the speech network hears in a sound: features from the levels in 32 mel bands."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch

from engine.arrays import Float32Array, FloatArray
from engine.backbones.speech import BANDS, LENGTH, SHORTEST, SpeechNetwork, load_speech
from engine.features.turns import alone_on
from engine.modalities.audio import kinds
from engine.modalities.audio.features import NetworkKind
from engine.modalities.audio.logmel import MelScale, fourier, mel_power, triangles
from engine.modalities.audio.resample import RATE, resampled

SCALE = MelScale(bands=BANDS, low=60.0, high=3800.0)

LONGEST = 3000  # frames, 30 seconds
_VERSION = 1  # counts changes of the arithmetic before the network: features of another version are not comparable
PACE_RATES = (14_000, 18_000)  # an eighth slower, an eighth faster
LEAST_POWER, RANGE, RAISED = 1e-10, 8.0, 2.0
_BEND, _PER_BAND, _STEEPNESS = 1000.0, 200.0 / 3.0, np.log(6.4) / 27.0  # of the mel scale: linear, then logarithmic


def levels(wave: Float32Array) -> Float32Array:
    """Return the levels float32 [T, 32] that the network learned from, T being 76 or more.

    Zeros surround a short sound. In tens of decibels, at most eight below the loudest::

        L = log10(max(P, 1e-10)), P being mel_power for waves that are not scaled and triangles of the area 1 Hz
        max(L, max over all of L - 8) + 2
    """
    short = SCALE.samples(SHORTEST) - len(wave)
    if short > 0:
        wave = np.pad(wave, (short // 2, short - short // 2))
    level = np.log10(np.maximum(mel_power(wave, SCALE, weights(), exact=True), np.float32(LEAST_POWER)))
    seen: Float32Array = np.maximum(level, level.max() - np.float32(RANGE)) + np.float32(RAISED)
    return seen


def pieces(level: Float32Array) -> list[Float32Array]:
    """Return the levels of a long sound in parts of about one length, at most 30 seconds each."""
    return np.array_split(level, -(-len(level) // LONGEST))


def grid(parts: list[Float32Array]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return levels of different lengths as one tensor [n, T, 32], and their lengths [n]."""
    lengths = [len(part) for part in parts]
    levels = np.zeros((len(parts), max(lengths), BANDS), dtype=np.float32)
    for place, part in enumerate(parts):
        levels[place, : len(part)] = part
    return torch.from_numpy(levels), torch.tensor(lengths)


def hear(network: SpeechNetwork, level: Float32Array, device: str) -> Float32Array:
    """Return what the network hears of one sound's levels, float32 [2592]: the mean over its pieces."""
    with alone_on(device), torch.inference_mode():
        heard = [network(*(part.to(device) for part in grid([piece]))) for piece in pieces(level)]
        features: Float32Array = torch.cat(heard).mean(dim=0).cpu().numpy()
    return features


def describe(network: SpeechNetwork, wave: Float32Array, device: str) -> Float32Array:
    """Return what the network hears in one sound, float32 [2592]."""
    return hear(network, levels(wave), device)


def describe_at_paces(network: SpeechNetwork, wave: Float32Array, device: str) -> Float32Array:
    """Return the mean, float32 [2592], of what the network hears of one sound as it is, slower and faster."""
    heard = describe(network, wave, device)
    for rate in PACE_RATES:  # as if it had been recorded at another rate: pace and pitch change together
        heard = heard + describe(network, np.concatenate([*resampled([wave], rate)]), device)
    return heard / np.float32(1 + len(PACE_RATES))


PACES = NetworkKind(kinds.SPEECH, f"paces-v{_VERSION}", LENGTH, load_speech, describe_at_paces)
SPEECH = NetworkKind(kinds.SPEECH, f"v{_VERSION}", LENGTH, load_speech, describe)


@lru_cache(maxsize=1)
def weights() -> Float32Array:
    """Return [257, 32]: triangles evenly spaced on a mel scale that is linear up to 1 kHz, for powers of fourier."""
    frequencies = np.linspace(0.0, RATE / 2, SCALE.size // 2 + 1)
    edges = _hertz(np.linspace(_mel(SCALE.low), _mel(SCALE.high), BANDS + 2))
    areas = 2.0 / (edges[2:] - edges[:-2])
    unscaled = 1.0 / float(np.abs(fourier(SCALE)[SCALE.window // 2, 0])) ** 2  # the window is 1 in its middle
    return (triangles(frequencies, edges) * areas * unscaled).astype(np.float32)


def _mel(hertz: float) -> float:
    bent = _BEND / _PER_BAND + np.log(max(hertz, _BEND) / _BEND) / _STEEPNESS
    return hertz / _PER_BAND if hertz < _BEND else float(bent)


def _hertz(mel: FloatArray) -> FloatArray:
    bend = _BEND / _PER_BAND
    return np.where(mel < bend, mel * _PER_BAND, _BEND * np.exp((mel - bend) * _STEEPNESS))
