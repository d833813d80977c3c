"""What a prediction says in words: the class, or those of several classes that are more likely than not."""

from __future__ import annotations

from collections.abc import Iterable

from engine.arrays import FloatArray
from engine.metrics.decisions import NAMED_FROM
from engine.task import Kind, Task

JOINED_BY = ";"


def joinable(name: str) -> str:
    """Return the name of a class as it stands among others: with ``,`` where it holds what joins them."""
    return name.replace(JOINED_BY, ",")


def joined(names: Iterable[str]) -> str:
    """Return the names of several classes as one text, which can be taken apart again."""
    return JOINED_BY.join(map(joinable, names))


def answers(task: Task, predictions: FloatArray) -> list[str]:
    """Return one answer a row of predictions [n, classes]; several classes joined by ``;``, empty for none."""
    if task.kind is Kind.MULTILABEL:
        named = predictions >= NAMED_FROM
        return [joined(name for name, said in zip(task.classes, row, strict=True) if said) for row in named]
    return [task.classes[code] for code in predictions.argmax(axis=1)] if len(predictions) else []
