"""Half precision where it is faster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def fast(device: str, faster_on: frozenset[str]) -> Iterator[None]:
    """Compute in bfloat16 what may be, where the device's type is in ``faster_on`` and can do so."""
    kind = torch.device(device).type
    able = kind != "cuda" or torch.cuda.is_bf16_supported()
    with torch.autocast(kind, torch.bfloat16, enabled=kind in faster_on and able):
        yield
