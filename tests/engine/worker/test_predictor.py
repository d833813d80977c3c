"""A model is asked from a process without torch, and follows its folder."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.errors import ModelError
from engine.learners.constant import ConstantMember
from engine.model.folder import annotate
from engine.model.model import Model, WeightedMember
from engine.task import Column, ColumnType, Kind, Modality, Task
from engine.worker.predictor import Oracle
from engine.worker.predictor_handle import PredictorHandle
from tests.engine.worker.crashing import torn_child

TASK = Task(
    Modality.TABLE, Kind.MULTICLASS, ("bolt", "nut"), target="t", columns=(Column("length", ColumnType.NUMBER),)
)


def save(folder: Path, share: float) -> None:
    Model(TASK, (WeightedMember("constant", 1.0, ConstantMember(np.array([share, 1 - share]))),)).save(folder)


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[PredictorHandle]:
    save(tmp_path / "model", 0.25)
    handle = PredictorHandle(tmp_path / "model")
    yield handle
    handle.close()


def test_answers_come_by_name_and_in_order(asked: PredictorHandle) -> None:
    good, bad, empty = asked.ask([{"length": "3.5"}, {"length": "long"}, {}]).result(90)
    assert good == {"prediction": "nut", "probabilities": {"bolt": 0.25, "nut": 0.75}}
    assert "takes a number" in bad["error"]
    assert empty["prediction"] == "nut"


def test_a_new_model_answers_the_next_question(asked: PredictorHandle, tmp_path: Path) -> None:
    assert asked.ask([{}]).result(90)[0]["prediction"] == "nut"
    time.sleep(0.02)  # a folder served twice within the clock's grain would look the same
    save(tmp_path / "model", 0.75)
    assert asked.ask([{}]).result(90)[0]["prediction"] == "bolt"


def test_a_note_for_people_does_not_load_the_model_anew(tmp_path: Path) -> None:
    save(tmp_path / "model", 0.25)
    oracle = Oracle(tmp_path / "model")
    before = oracle.model
    time.sleep(0.02)
    annotate(tmp_path / "model", {"pace": 3})
    assert oracle.answer([{}])[0]["prediction"] == "nut"
    assert oracle.model is before


def test_no_model_is_a_sentence(tmp_path: Path) -> None:
    handle = PredictorHandle(tmp_path)
    with pytest.raises(ModelError, match="There is no model"):
        handle.ready.result(90)
    with pytest.raises(ModelError, match="There is no model"):
        handle.ask([{}]).result(90)
    handle.close()


def test_a_process_that_ends_fails_its_questions(asked: PredictorHandle) -> None:
    asked.ready.result(90)
    asked.close()
    with pytest.raises(ModelError):
        asked.ask([{}]).result(90)


def test_a_process_that_ends_in_the_middle_of_an_answer_fails_its_questions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", torn_child(tmp_path, '{"id": 0, "ans'))
    handle = PredictorHandle(tmp_path / "model")
    with pytest.raises(ModelError, match="ended before it answered"):
        handle.ask([{}]).result(90)
    handle.close()
