"""The whole model as one graph: blend, calibration, labels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine.learners.constant import ConstantMember
from engine.metrics.decisions import NAMED_FROM
from engine.model.answers import answers as answers_in_words
from engine.samples import Samples
from engine.task import Column, ColumnType, Kind, Modality, Task
from exporters.onnx.compose import OutputNames
from tests.exporters.models import (
    CLASSES,
    MANY,
    NUMBER,
    PICTURE_MANY,
    PICTURES,
    SOUND_MANY,
    TABLE,
    TWO,
    apart,
    constant,
    exported,
    lightgbm,
    linear,
    model_of,
    one_call,
    pictures,
    rows,
    sounds,
    thumbnail,
)

SAMPLES: dict[Modality, Callable[[int], Samples]] = {
    Modality.TABLE: rows,
    Modality.IMAGE: pictures,
    Modality.AUDIO: sounds,
}


@pytest.mark.parametrize("task", [TABLE, TWO, NUMBER], ids=["three classes", "two classes", "number"])
@pytest.mark.parametrize("temperature", [1.0, 0.6, 2.5])
def test_a_weighted_calibrated_ensemble_of_a_table_is_repeated(task: Task, temperature: float) -> None:
    model = model_of(task, lightgbm(task), linear(task), constant(task), temperature=temperature)
    assert apart(model, rows(80, seed=3)) <= 1e-12 * max(1.0, float(np.abs(model.predict(rows(80, seed=3))).max()))


def test_a_weighted_calibrated_ensemble_of_pictures_is_repeated() -> None:
    model = model_of(PICTURES, thumbnail(PICTURES), constant(PICTURES), temperature=1.7)
    assert apart(model, pictures()) <= 1e-6


def test_labels_are_the_class_names_whatever_they_hold() -> None:
    model = model_of(TABLE, lightgbm(TABLE))
    artefact, samples = exported(model), rows(60, seed=8)
    probabilities, labels = artefact.run(one_call(artefact, samples))
    assert list(labels) == [CLASSES[code] for code in model.predict(samples).argmax(axis=1)]
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)


@pytest.mark.parametrize("task", [MANY, PICTURE_MANY, SOUND_MANY], ids=["table", "pictures", "sounds"])
@pytest.mark.parametrize("temperature", [1.0, 0.6, 2.5])
def test_each_of_several_classes_is_calibrated_and_decided_by_itself(task: Task, temperature: float) -> None:
    shares = (0.5, 0.5 - 1e-9, 0.9)
    model = model_of(task, ConstantMember(np.array(shares)), temperature=temperature)
    artefact, samples = exported(model), SAMPLES[task.modality](4)
    answers, words = artefact.predict(samples), artefact.run(one_call(artefact, samples.take(np.zeros(2, np.int64))))[1]
    np.testing.assert_allclose(answers, model.predict(samples), atol=1e-7)
    # In float32 the second is a half; what holds is decided before that.
    assert np.array_equal(np.asarray(words), np.tile(model.predict(samples)[0] >= NAMED_FROM, (2, 1)))
    assert np.asarray(words)[0].tolist()[::2] == [True, True]


def test_several_classes_of_an_ensemble_are_those_that_the_engine_names() -> None:
    model = model_of(MANY, lightgbm(MANY), linear(MANY), temperature=1.4)
    artefact, samples = exported(model), rows(200, seed=8)
    _, words = artefact.run(one_call(artefact, samples))
    joined = [";".join(name for name, said in zip(CLASSES, row, strict=True) if said) for row in np.asarray(words)]
    assert joined == answers_in_words(MANY, model.predict(samples))
    assert len(set(joined)) > 3


def test_equally_likely_classes_give_the_first_as_the_engine_does() -> None:
    model = model_of(TABLE, ConstantMember(np.array([0.2, 0.4, 0.4])))
    artefact = exported(model)
    assert artefact.run(one_call(artefact, rows(2)))[1] == (CLASSES[1],) * 2


def test_a_thousand_classes_keep_their_order() -> None:
    classes = tuple(f"class {number}" for number in range(1000))
    for modality, samples in ((Modality.TABLE, rows(3)), (Modality.IMAGE, pictures(3))):
        columns = TABLE.columns if modality is Modality.TABLE else ()
        task = Task(modality, Kind.MULTICLASS, classes, columns=columns)
        answer = np.random.default_rng(0).dirichlet(np.ones(1000))
        artefact = exported(model_of(task, ConstantMember(answer)))
        np.testing.assert_allclose(artefact.predict(samples), np.tile(answer, (3, 1)), atol=1e-7)


def test_outputs_step_aside_for_columns_of_their_name() -> None:
    columns = tuple(Column(name, ColumnType.NUMBER) for name in ("label", "label_", "probabilities"))
    assert OutputNames.beside(("x",)) == OutputNames("label", "probabilities", "prediction", "labels")
    assert OutputNames.beside(tuple(c.name for c in columns)) == OutputNames("label__", "probabilities_", "prediction")
