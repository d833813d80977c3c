"""How a process that computes for long lets others go first."""

from __future__ import annotations

import sys

import psutil

NICENESS = 5


def give_way() -> None:
    """Let the window, and all else a person does meanwhile, have the processor first; children inherit this."""
    own = psutil.Process()
    if sys.platform == "win32":
        own.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        own.nice(max(own.nice(), NICENESS))
