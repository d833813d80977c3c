"""What a prediction says in words: the class, or those of several classes that are more likely than not."""

from __future__ import annotations

from engine.arrays import FloatArray
from engine.metrics.decisions import NAMED_FROM
from engine.task import Kind, Task

JOINED_BY = ";"


def answers(task: Task, predictions: FloatArray) -> list[str]:
    """Return one answer a row of predictions [n, classes]; several classes joined by ``;``, empty for none."""
    if task.kind is Kind.MULTILABEL:
        named = predictions >= NAMED_FROM
        return [JOINED_BY.join(name for name, said in zip(task.classes, row, strict=True) if said) for row in named]
    return [task.classes[code] for code in predictions.argmax(axis=1)] if len(predictions) else []
