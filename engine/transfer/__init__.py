"""Ways to carry over what a pretrained network knows.

A regularizer is one file here and one line below; its module is imported only when it is wanted. A fine-tune uses those
that its setting ``transfer`` names, and none by itself: it begins with a head fitted to what the pretrained network
sees and takes few steps at a low rate, and then none of them was better than none in the ablation
(``tests/benchmarks/reports/ablation.md``). With 10 samples a class of three sets of pictures, 30 passes and three
seeds, the plain fine-tune was 3.2 points better than the fitted head alone; DELTA and Co-Tuning took most of that away
again (-3.0 and -2.6 points), RIFLE lost 2.2, and BSS was level (-0.2 +- 1.8). With 5 a class none helped either, and
RIFLE and Co-Tuning lost 17 and 5 points.
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
