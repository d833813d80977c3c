"""Ways to carry over what a pretrained network knows.

A regularizer is one file here and one line below; its module is imported only when it is wanted. A fine-tune uses those
that its setting ``transfer`` names, and none by itself: it begins with a head fitted to what the pretrained network
sees and takes few steps at a low rate, and then none of them paid in the ablation
(``tests/benchmarks/reports/ablation.md``). Where the pretrained features suit the data, the head alone did better than
every tuned network at 5 and 10 samples a class; where they do not (pictures of 32 pixels), what holds on to them lost
what tuning had gained. Co-Tuning and RIFLE, which need long training, cost 2 to 35 points of accuracy. Published gains
are for thousands of steps from a random head.
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
