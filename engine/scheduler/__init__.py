"""Who works next, and for how long. A policy is one file here and one line in the registry."""

from __future__ import annotations

from engine.scheduler.base import Policy, Slice, Standing
from engine.scheduler.breadth_then_gain import BreadthThenGain

__all__ = ["POLICIES", "Policy", "Slice", "Standing"]

POLICIES: dict[str, type[Policy]] = {"breadth_then_gain": BreadthThenGain}
