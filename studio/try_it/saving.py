"""Answers as ``predictions.csv``, in the format of the command line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine.task import Task
from studio.try_it.answers import Answer, as_predictions


def save(path: Path, task: Task, pairs: Sequence[tuple[str, Answer]]) -> int:
    """Write ids and answers; return how many."""
    from engine.run.predictions import write_predictions

    write_predictions(path, task, [name for name, _ in pairs], as_predictions([answer for _, answer in pairs], task))
    return len(pairs)
