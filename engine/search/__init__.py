"""Search strategies. A strategy is one file and one line in the registry; its module is imported when it is wanted."""

from __future__ import annotations

import importlib

from engine.search.base import SHARE, Choice, Float, Int, Settings, Space, Strategy, inside, parted

__all__ = [
    "SHARE",
    "STRATEGIES",
    "Choice",
    "Float",
    "Int",
    "Settings",
    "Space",
    "Strategy",
    "inside",
    "parted",
    "strategy_class",
]

STRATEGIES: dict[str, str] = {
    "tpe": "engine.search.tpe:TPE",
    "evolution": "engine.search.evolution:Evolution",
    "halving": "engine.search.halving:Halving",
}


def strategy_class(kind: str) -> type[Strategy]:
    """Import and return the strategy registered under ``kind`` (KeyError when there is none)."""
    module, _, name = STRATEGIES[kind].partition(":")
    found: type[Strategy] = getattr(importlib.import_module(module), name)
    return found
