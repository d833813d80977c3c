"""Log-mel pictures and statistics of sounds: 16 kHz, windows of 25 ms every 10 ms, 64 bands."""

from __future__ import annotations

from functools import cache
from math import gcd
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from PIL import Image
from scipy.fft import dct
from scipy.signal import resample_poly

_RATE, _WINDOW, _HOP, _BANDS, _BINS = 16000, 400, 160, 64, 512
_LONGEST_S = 10
_RANGE_DB = 80.0
_COEFFICIENTS = 20


def wave(file: Path) -> Any:
    """Return up to ten seconds of a sound at 16 kHz, one channel."""
    channels, rate = soundfile.read(file, dtype="float32", always_2d=True)
    heard = channels.mean(axis=1)[: _LONGEST_S * rate]
    if rate != _RATE:
        common = gcd(rate, _RATE)
        heard = resample_poly(heard, _RATE // common, rate // common)
    return heard


def log_mel(file: Path) -> Any:
    """Return decibels [bands, frames], none more than 80 below the loudest moment."""
    heard = wave(file)
    heard = np.pad(heard, (0, max(0, _WINDOW - len(heard))))
    frames = np.lib.stride_tricks.sliding_window_view(heard, _WINDOW)[::_HOP] * np.hanning(_WINDOW)
    power = np.abs(np.fft.rfft(frames, _BINS)) ** 2
    decibels = 10 * np.log10(np.maximum(_filters() @ power.T, 1e-10))
    return np.maximum(decibels, decibels.max() - _RANGE_DB)


@cache
def _filters() -> Any:
    """Return triangles over the spectrum, even on the mel scale, [bands, bins / 2 + 1]."""
    mel = np.linspace(0, 2595 * np.log10(1 + _RATE / 2 / 700), _BANDS + 2)
    edges = 700 * (10 ** (mel / 2595) - 1)
    bins = np.linspace(0, _RATE / 2, _BINS // 2 + 1)
    rising = (bins - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - bins) / (edges[2:] - edges[1:-1])[:, None]
    return np.clip(np.minimum(rising, falling), 0, None)


def picture(file: Path, side: int) -> Any:
    """Return the log-mel spectrogram as a grey picture, bytes [side, side, 3]."""
    bands = log_mel(file)
    levels = (255 * ((bands - bands.max()) / _RANGE_DB + 1)).astype(np.uint8)
    grey = Image.fromarray(levels[::-1]).resize((side, side), Image.Resampling.BILINEAR)
    return np.asarray(grey.convert("RGB"))


def statistics(file: Path) -> Any:
    """Return means, spreads and maxima over time of the bands, of 20 MFCC, and of the changes of both.

    By 5 folds of the train parts of esc10 and spoken_digits, C 10: 0.859 and 0.984; without maxima 0.806 and 0.979;
    of levels below the loudest moment 0.831 and 0.983.
    """
    bands = log_mel(file)
    both = np.concatenate([bands, dct(bands, axis=0, norm="ortho")[:_COEFFICIENTS]])
    changes = np.diff(both, axis=1) if both.shape[1] > 1 else np.zeros_like(both)
    return np.concatenate([f(values, axis=1) for values in (both, changes) for f in (np.mean, np.std, np.max)])
