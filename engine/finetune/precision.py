"""Half precision where it is faster."""

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


@contextmanager
def fast(device: str, faster_on: frozenset[str]) -> Iterator[None]:
    """Compute in bfloat16 what may be, where the device's type is in ``faster_on`` and can do so quickly."""
    with torch.autocast(torch.device(device).type, torch.bfloat16, enabled=is_fast(device, faster_on)):
        yield


def is_fast(device: str, faster_on: frozenset[str]) -> bool:
    """Return whether the device's type is in ``faster_on``, it is quick in bfloat16 and nobody asks for float32."""
    kind = torch.device(device).type
    return not asked_for() and kind in faster_on and _able(kind)


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
