"""Ways to carry over what a pretrained network knows.

A regularizer is one file here and one line below; its module is imported only when it is wanted. A fine-tune uses those
that its setting ``transfer`` names, and none by itself: it begins with a head fitted to what the pretrained network
sees and takes few steps at a low rate, and then none of them was surely better than none in the ablation
(``tests/benchmarks/reports/ablation.md``, few cells). At 5 and 10 samples a class of photos, what held back (DELTA,
L2-SP at a strength of 10) was better than the plain fine-tune where that was worse than the fitted head alone, and no
better than that head; on pictures of 32 pixels, where tuning gained 7 points, DELTA and BSS lost 8 and 5 of them.
Co-Tuning and RIFLE cost 2 to 35 points: they are made for thousands of steps from a random head.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.transfer.base import Regularizer

__all__ = ["TRANSFER", "regularizer_class"]

TRANSFER: dict[str, str] = {
    "l2_sp": "engine.transfer.l2_sp:L2SP",
    "delta": "engine.transfer.delta:Delta",
    "bss": "engine.transfer.bss:BSS",
    "co_tuning": "engine.transfer.co_tuning:CoTuning",
    "rifle": "engine.transfer.rifle:Rifle",
    "never_hurt": "engine.transfer.never_hurt:NeverHurt",
}


def regularizer_class(kind: str) -> type[Regularizer]:
    """Import and return the regularizer registered under ``kind`` (KeyError when there is none)."""
    module, _, name = TRANSFER[kind].partition(":")
    found: type[Regularizer] = getattr(importlib.import_module(module), name)
    return found
