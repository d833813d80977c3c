"""Bring sound to 16 kHz with a windowed sinc: a convolution with a stride, which any runtime repeats. No torch here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import lru_cache

import numpy as np

from engine.arrays import Float32Array

RATE = 16_000

_FINEST = 640  # a rate whose ratio to ours needs larger numbers is taken as the nearest that does not
_ZERO_CROSSINGS = 16
_PASSED = 0.94  # of the lower half rate; the filter falls between there and the half rate
_KAISER_BETA = 8.0
_STEP = 128
_FRAMES_AT_ONCE = 4096


def resampled(blocks: Iterable[Float32Array], rate: int) -> Iterator[Float32Array]:
    """Yield the mono sound in ``blocks`` at ``rate`` as blocks at 16 kHz, ``ceil(n L / M)`` numbers in all.

    L / M is 16000 / rate, or the nearest ratio of small numbers (pitch and length are off by less than 0.1 %).
    With ``K`` [W, L] of :func:`sinc_kernel`, a step of M = W - 2 half and ``half`` zeros before and after the sound,
    outputs ``b L .. (b + 1) L - 1`` are ``x[b M : b M + W] @ K``.
    """
    if rate == RATE:
        yield from blocks
        return
    kernel, step = sinc_kernel(rate)
    width, made = kernel.shape
    half = (width - step) // 2
    waiting = np.zeros(half, dtype=np.float32)
    taken = 0
    for block in blocks:
        taken += len(block)
        waiting = np.concatenate([waiting, block])
        for answer in _whole_frames(waiting, kernel, step):
            yield answer
        waiting = waiting[_count(len(waiting), width, step) * step :]
    left = -(-taken * made // step) - (taken + half - len(waiting)) // step * made
    frames = -(-left // made)
    rest = np.zeros(max(0, (frames - 1) * step + width), dtype=np.float32)
    rest[: len(waiting)] = waiting[: len(rest)]
    for answer in _whole_frames(rest, kernel, step):
        yield answer[:left]
        left -= len(answer)


@lru_cache(maxsize=8)
def sinc_kernel(rate: int) -> tuple[Float32Array, int]:
    """Return ``K`` [W, L] and the step M in samples at ``rate``; L outputs come of each step."""
    bound = max(1, min(_FINEST, _FINEST * rate // RATE))
    ratio = Fraction(RATE, rate).limit_denominator(bound)
    often = -(-_STEP // ratio.denominator)
    step, made = ratio.denominator * often, ratio.numerator * often
    cutoff = _PASSED * min(1.0, float(ratio))  # as a share of the half rate of the input
    reach = _ZERO_CROSSINGS / cutoff
    half = int(np.ceil(reach))
    time = np.arange(-half, step + half)[:, None] - np.arange(made) * (step / made)
    inside = np.clip(1.0 - (time / reach) ** 2, 0.0, None)
    window = np.i0(_KAISER_BETA * np.sqrt(inside)) / np.i0(_KAISER_BETA)
    kernel = cutoff * np.sinc(cutoff * time) * window * (inside > 0.0)
    return (kernel / kernel.sum(axis=0)).astype(np.float32), step


def _count(length: int, width: int, step: int) -> int:
    return max(0, (length - width) // step + 1)


def _whole_frames(waiting: Float32Array, kernel: Float32Array, step: int) -> Iterator[Float32Array]:
    width = len(kernel)
    frames = _count(len(waiting), width, step)
    if not frames:
        return
    views = np.lib.stride_tricks.sliding_window_view(waiting, width)[: (frames - 1) * step + 1 : step]
    for first in range(0, frames, _FRAMES_AT_ONCE):
        yield (views[first : first + _FRAMES_AT_ONCE] @ kernel).reshape(-1)
