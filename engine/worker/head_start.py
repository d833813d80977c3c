"""How much of its budget a run has used before its worker is there."""

from __future__ import annotations

import math
import time

from engine.run.folder import RunFolder

LONGEST_START = 60.0  # seconds from the plan of a run until its worker is there


def head_start(run: RunFolder) -> float:
    """Return the seconds from the press of Train until now.

    A run whose worker comes long after its plan, as when the machine went down in between, has lost only the time until
    the plan stood. Where that was measured it counts as such: the time of day moves on while the computer sleeps.
    """
    planned, preparing = run.planned_at, math.inf
    if planned is None:  # an earlier plan: its file's time may be that of another clock, or of a copy
        planned, preparing = (run.path / "plan.json").stat().st_mtime, LONGEST_START
    waited = time.time() - planned
    before = planned - run.options.pressed_at if run.prepared_s is None else run.prepared_s
    return min(max(0.0, before), preparing) + (waited if 0.0 <= waited <= LONGEST_START else 0.0)
