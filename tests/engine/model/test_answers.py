"""What a prediction says in words."""

from __future__ import annotations

import numpy as np

from engine.model.answers import answers
from engine.task import Kind, Modality, Task


def test_the_most_probable_class_is_the_answer() -> None:
    task = Task(Modality.IMAGE, Kind.MULTICLASS, ("a", "b", "c"))
    assert answers(task, np.array([[0.2, 0.3, 0.5], [0.4, 0.3, 0.3]])) == ["c", "a"]
    assert answers(task, np.zeros((0, 3))) == []


def test_of_several_classes_those_more_likely_than_not_are_named() -> None:
    task = Task(Modality.IMAGE, Kind.MULTILABEL, ("a", "b", "c"))
    assert answers(task, np.array([[0.5, 0.49, 0.9], [0.1, 0.2, 0.3]])) == ["a;c", ""]
    assert answers(task, np.zeros((0, 3))) == []
