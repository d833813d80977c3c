"""Which table learners are tried, in which order, with which settings."""

from __future__ import annotations

from engine.modalities.portfolio import Entry
from engine.task import Task


def portfolio(task: Task, size: int, device: str) -> tuple[Entry, ...]:
    """Return the learners for a table of ``size`` training rows; all of them work on the processor."""
    return (
        Entry("LightGBM", "table.lightgbm", {"stages": [{"rows": 3000, "folds": 1, "rounds": 40}]}, first_slice=0.5),
        Entry("LightGBM bag", "table.lightgbm", {"stages": [{"rounds": 3000}], "params": {"learning_rate": 0.05}}),
    )
