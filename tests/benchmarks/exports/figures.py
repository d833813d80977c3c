"""What a part of these benchmarks returns: names, goals and values, in short."""

from __future__ import annotations

from tests.benchmarks import ledger

Goal = float | str | None
"""The most a value may be; ``">= 1.5"`` for the least; None for a value without a goal."""

Figure = tuple[str, Goal, float]
"""What was measured, its goal, and its value."""

_AT_LEAST = ">="


def entered(figure: Figure) -> ledger.Figure:
    """Return a figure as a ledger keeps it.

    >>> entered(("times as fast", ">= 1.5", 1.4)).kept, entered(("seconds", 3.0, 2.9)).kept
    (False, True)
    """
    name, goal, value = figure
    if isinstance(goal, str):
        return ledger.Figure(name, value, least=float(goal.removeprefix(_AT_LEAST)))
    return ledger.Figure(name, value, most=goal)
