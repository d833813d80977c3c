"""Ways to carry over what a pretrained network knows, where few samples a class make that pay.

A regularizer is one file here and one line below; its module is imported only when it is wanted.
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
