"""The learner that does nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.budget import Deadline
from engine.errors import ModelError
from engine.learners.base import Job
from engine.learners.constant import ConstantLearner, ConstantMember
from engine.task import Kind, Modality, Task
from engine.worker.first import Headcount
from tests.engine.learners.contract import predictions_are_well_formed


def job(kind: Kind) -> Job:
    classes = () if kind is Kind.REGRESSION else ("a", "b")
    labels = np.array([0.0, 1.0, 1.0, 1.0])
    if kind is Kind.MULTILABEL:
        labels = np.array([[0.0, 1.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]])
    return Job(Task(Modality.IMAGE, kind, classes), Headcount(4), labels, np.array([0, 0, 1, -1]))


def test_it_answers_with_the_class_shares() -> None:
    learner = ConstantLearner(job(Kind.MULTICLASS), {})
    assert learner.advance(Deadline(1.0)).done
    assert np.allclose(learner.member().predict(Headcount(2)), [[1 / 3, 2 / 3]] * 2)


def test_it_answers_with_the_mean() -> None:
    assert ConstantLearner(job(Kind.REGRESSION), {}).member().answer.tolist() == [0.75]


def test_each_of_several_classes_has_its_own_frequency() -> None:
    learner = ConstantLearner(job(Kind.MULTILABEL), {})
    assert np.allclose(learner.member().predict(Headcount(2)), [[2 / 6, 4 / 6]] * 2)
    assert learner.validation().shape == (4, 2)


@pytest.mark.parametrize("kind", Kind)
def test_it_keeps_the_contract(kind: Kind) -> None:
    predictions_are_well_formed(lambda: ConstantLearner(job(kind), {}))


def test_what_is_never_checked_has_no_prediction() -> None:
    checked = np.isfinite(ConstantLearner(job(Kind.MULTICLASS), {}).validation()).all(axis=1)
    assert checked.tolist() == [True, True, True, False]


def test_it_survives_the_disk(tmp_path: Path) -> None:
    member = ConstantMember(np.array([0.1, 0.9]))
    again = ConstantMember.load(tmp_path, member.save(tmp_path), job(Kind.MULTICLASS).task)
    assert np.array_equal(again.answer, member.answer)


@pytest.mark.parametrize("settings", [{}, {"answer": "often"}, {"answer": [[1.0], []]}])
def test_damaged_settings_are_told(settings: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="always answers the same is damaged"):
        ConstantMember.load(tmp_path, settings, job(Kind.MULTICLASS).task)
