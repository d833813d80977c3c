"""Half precision where it is faster, or where memory is short.

Graphics cards from before bfloat16 (Volta, Turing) are quick in float16, whose numbers end at 65,504 and begin at 6e-8:
gradients are multiplied before, and divided again after, they are computed in it (``torch.amp.GradScaler``).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import torch
from torch import Tensor

from engine.finetune.full import asked_for

_SIZE = (512, 384, 1536)
_TRIES = 5
_FASTER = 1.5
_FLOAT16 = (7, 0)  # what a card must be able to do for float16 to be quick: to multiply whole tiles in it
_WRONG_IN_FLOAT16 = "GTX 16"  # cards whose convolutions in float16 are known to give NaN


@contextmanager
def fast(device: str, faster_on: frozenset[str], spare: bool = False) -> Iterator[None]:
    """Compute in the type of :func:`half_type` what may be."""
    half = half_type(device, faster_on, spare)
    with torch.autocast(torch.device(device).type, half or torch.bfloat16, enabled=half is not None):
        yield


def half_type(device: str, faster_on: frozenset[str], spare: bool = False) -> torch.dtype | None:
    """Return the type of half precision to compute in, None for none.

    There is one where the device's type is in ``faster_on`` and it is quick in such a type, or to ``spare`` the memory
    of a graphics card that can do so at all; none where somebody asks for float32.
    """
    kind = torch.device(device).type
    if asked_for():
        return None
    if (kind in faster_on or (spare and kind != "cpu")) and _able(kind):
        return torch.bfloat16
    if kind != "cuda" or _WRONG_IN_FLOAT16 in torch.cuda.get_device_name(device):
        return None
    quick = kind in faster_on and torch.cuda.get_device_capability(device) >= _FLOAT16
    return torch.float16 if quick or spare else None


def is_fast(device: str, faster_on: frozenset[str]) -> bool:
    """Return whether the device's type is in ``faster_on``, it is quick in bfloat16 and nobody asks for float32."""
    return half_type(device, faster_on) is torch.bfloat16


def _able(kind: str) -> bool:
    if kind == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))  # emulated it is slow, or fails
    return kind != "cpu" or processor_is_faster()


@cache
def processor_is_faster() -> bool:
    """Return whether this processor multiplies in bfloat16 clearly faster, as tried out once in some milliseconds.

    Processors with units for it are several times faster, others far slower, so that a busy machine misleads nobody.
    """
    rows, inner, columns = _SIZE
    left, right = torch.ones(rows, inner), torch.ones(inner, columns)
    return _seconds(left, right) > _FASTER * _seconds(left.bfloat16(), right.bfloat16())


def _seconds(left: Tensor, right: Tensor) -> float:
    """Return how long a product takes at best."""
    best = float("inf")
    for _ in range(_TRIES):
        start = time.perf_counter()
        left @ right
        best = min(best, time.perf_counter() - start)
    return best
