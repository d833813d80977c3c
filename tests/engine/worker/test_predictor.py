"""A model is asked from a process without torch, and follows its folder."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typing_extensions import override

from engine.arrays import FloatArray
from engine.errors import ModelError
from engine.learners.constant import ConstantMember
from engine.modalities.image.samples import ImageSamples
from engine.model.folder import annotate
from engine.model.model import Model, WeightedMember
from engine.samples import Samples
from engine.task import Column, ColumnType, Kind, Modality, Task
from engine.worker.predictor import Oracle
from engine.worker.predictor_handle import PredictorHandle
from tests.engine.worker.crashing import torn_child

TASK = Task(
    Modality.TABLE, Kind.MULTICLASS, ("bolt", "nut"), target="t", columns=(Column("length", ColumnType.NUMBER),)
)
PICTURES = Task(Modality.IMAGE, Kind.REGRESSION)


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


class Brightness(ConstantMember):
    """Answers with the mean level of each picture, and counts those that were unpacked together."""

    def __init__(self) -> None:
        super().__init__(np.array([0.0]))
        self.together = list[int]()

    @override
    def predict(self, samples: Samples) -> FloatArray:
        assert isinstance(samples, ImageSamples)
        self.together.append(len(samples))
        return np.array([[samples.picture(row).mean()] for row in range(len(samples))])


def test_of_large_pictures_few_are_unpacked_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    member = Brightness()
    Model(PICTURES, (WeightedMember("constant", 1.0, ConstantMember(np.array([0.0]))),)).save(tmp_path / "model")
    oracle = Oracle(tmp_path / "model")
    oracle.model = Model(PICTURES, (WeightedMember("brightness", 1.0, member),))
    items = [str(tmp_path / f"{level}.png") for level in range(9)]
    for level, item in enumerate(items):
        Image.new("L", (30, 20), level).save(item)
    items.insert(2, str(tmp_path / "gone.png"))
    at_once = oracle.answer(items)
    assert member.together == [9]
    monkeypatch.setattr("engine.worker.predictor._PIXELS", 4 * 600 + 500)
    member.together.clear()
    assert oracle.answer(items) == at_once
    assert member.together == [4, 4, 1]
    assert [oracle.answer([item])[0] for item in items] == at_once
    assert [told.get("prediction") for told in at_once] == [0.0, 1.0, None, *map(float, range(2, 9))]
    assert oracle.answer([]) == []


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
