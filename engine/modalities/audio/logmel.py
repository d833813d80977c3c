"""Log-mel spectrograms by matrix products alone, so that numpy, torch and an exported graph agree. No torch here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from engine.arrays import Float32Array, FloatArray
from engine.modalities.audio.resample import RATE

_FRAMES_AT_ONCE = 2048


@dataclass(frozen=True, slots=True)
class MelScale:
    """What a spectrogram looks at: ``window`` and ``hop`` in samples at 16 kHz, ``bands`` from ``low`` to ``high`` Hz.

    The Fourier transform has ``size`` points; ``floor`` is the power, as a share of a full-scale tone's, below which
    there is silence.
    """

    window: int = 400
    hop: int = 160
    size: int = 512
    bands: int = 64
    low: float = 20.0
    high: float = 8000.0
    floor: float = 1e-8

    @property
    def name(self) -> str:
        """The name of features made from such spectrograms."""
        return (
            f"{self.window}-{self.hop}-{self.size}-{self.bands}-{self.low:g}-{self.high:g}-{np.log10(self.floor):.1f}"
        )

    def frames(self, samples: int) -> int:
        """Return how many frames a sound of so many samples has, at least one."""
        return max(0, samples - self.window) // self.hop + 1

    def samples(self, frames: int) -> int:
        """Return how many samples make so many frames."""
        return (frames - 1) * self.hop + self.window


def log_mel(wave: Float32Array, scale: MelScale) -> Float32Array:
    """Return the spectrogram, float32 [frames, bands], of a sound [n]; zeros are added up to one window.

    ``L = log(P + floor)`` in float32, P being :func:`mel_power` with :func:`mel_weights`.
    """
    spectrogram: Float32Array = np.log(mel_power(wave, scale, mel_weights(scale)) + np.float32(scale.floor))
    return spectrogram


def mel_power(
    wave: Float32Array, scale: MelScale, weights: Float32Array, amplitude: bool = False, exact: bool = False
) -> Float32Array:
    """Return the power float32 [frames, bands] of a sound [n] in bands that ``weights`` [size / 2 + 1, bands] make.

    All in float32, ``C`` and ``S`` being :func:`fourier`::

        F[t] = wave[t hop : t hop + window]          [frames, window]: as a convolution, stride hop
        P    = ((F @ C)^2 + (F @ S)^2) @ weights     [frames, bands]

    With ``amplitude`` it is the square root of the power at each frequency that the weights sum up. ``exact`` computes
    it in float64, for those who look at powers that are next to nothing beside the loudest: rounding makes more of
    them there than they are. It takes twice as long.
    """
    short = scale.window - len(wave)
    padded = np.pad(wave, (0, short)) if short > 0 else wave
    views = np.lib.stride_tricks.sliding_window_view(padded, scale.window)[:: scale.hop]
    kind: npt.DTypeLike = np.float64 if exact else np.float32
    kernels, summed = fourier(scale).astype(kind, copy=False), weights.astype(kind, copy=False)
    power = np.empty((len(views), weights.shape[1]), dtype=np.float32)
    for first in range(0, len(views), _FRAMES_AT_ONCE):
        waves = views[first : first + _FRAMES_AT_ONCE].astype(kind, copy=False) @ kernels
        waves *= waves
        half = waves.shape[1] // 2
        energy = waves[:, :half] + waves[:, half:]
        power[first : first + len(waves)] = (np.sqrt(energy) if amplitude else energy) @ summed
    return power


@lru_cache(maxsize=8)
def fourier(scale: MelScale) -> Float32Array:
    """Return ``[C, S]`` [window, 2 (size / 2 + 1)]: cosines and sines under a Hann window.

    They are scaled such that a full-scale tone has the power 1.
    """
    time = np.arange(scale.window)
    hann = 0.5 - 0.5 * np.cos(2.0 * np.pi * time / scale.window)
    angles = 2.0 * np.pi * time[:, None] * np.arange(scale.size // 2 + 1) / scale.size
    waves = np.hstack([np.cos(angles), np.sin(angles)]) * hann[:, None]
    kernels: Float32Array = (waves * (2.0 / hann.sum())).astype(np.float32)
    return kernels


@lru_cache(maxsize=8)
def mel_weights(scale: MelScale) -> Float32Array:
    """Return ``M`` [size / 2 + 1, bands]: triangles, evenly spaced in mel, each with the sum 1.

    A triangle too narrow for the transform's frequencies is widened to one step between them on each side.
    """
    step = RATE / scale.size
    frequencies = np.arange(scale.size // 2 + 1) * step
    edges = _hertz(np.linspace(hertz_to_mel(scale.low), hertz_to_mel(scale.high), scale.bands + 2))
    middle = edges[1:-1]
    rising = np.maximum(middle - edges[:-2], step)
    falling = np.maximum(edges[2:] - middle, step)
    apart = frequencies[:, None] - middle
    weights = np.maximum(1.0 - np.where(apart < 0.0, -apart / rising, apart / falling), 0.0)
    shares: Float32Array = (weights / weights.sum(axis=0)).astype(np.float32)
    return shares


def triangles(places: FloatArray, edges: FloatArray) -> FloatArray:
    """Return how high, [n, bands], at ``places`` [n] are triangles of height 1 around ``edges[1:-1]`` [bands]."""
    rising = (places[:, None] - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - places[:, None]) / (edges[2:] - edges[1:-1])
    heights: FloatArray = np.maximum(0.0, np.minimum(rising, falling))
    return heights


def hertz_to_mel(hertz: float | FloatArray) -> FloatArray:
    """Return frequencies on the scale of mel, which is nearly logarithmic above 1 kHz."""
    mel: FloatArray = 2595.0 * np.log10(1.0 + np.asarray(hertz) / 700.0)
    return mel


def _hertz(mel: FloatArray) -> FloatArray:
    hertz: FloatArray = 700.0 * (10.0 ** (mel / 2595.0) - 1.0)
    return hertz
