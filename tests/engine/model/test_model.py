"""A model predicts samples."""

from __future__ import annotations

import numpy as np

from engine.learners.constant import ConstantMember
from engine.model.model import Model, WeightedMember
from engine.task import Kind, Modality, Task
from engine.worker.first import Headcount


def test_it_answers_with_a_probability_for_each_class() -> None:
    task = Task(Modality.IMAGE, Kind.MULTICLASS, ("a", "b"))
    members = (
        WeightedMember("x", 0.25, ConstantMember(np.array([0.2, 0.8]))),
        WeightedMember("y", 0.75, ConstantMember(np.array([0.6, 0.4]))),
    )
    assert np.allclose(Model(task, members).predict(Headcount(3)), [[0.5, 0.5]] * 3)


def test_it_answers_with_a_number() -> None:
    members = (WeightedMember("x", 1.0, ConstantMember(np.array([2.5]))),)
    assert Model(Task(Modality.TABLE, Kind.REGRESSION), members).predict(Headcount(2)).tolist() == [[2.5], [2.5]]
