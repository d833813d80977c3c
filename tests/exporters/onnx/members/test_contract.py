"""What holds for the writer of every kind of member."""

from __future__ import annotations

import numpy as np
import pytest

from engine.metrics.decisions import NAMED_FROM
from engine.model.registry import MEMBERS
from engine.task import Kind, Modality, Task
from exporters.errors import NotExportable
from exporters.onnx.members import WRITERS, writer
from exporters.onnx.parity import check
from tests.exporters.models import (
    MANY,
    MEMBERS_OF,
    NUMBER,
    PICTURE_MANY,
    PICTURE_NUMBER,
    PICTURES,
    SOUND_MANY,
    SOUND_NUMBER,
    SOUNDS,
    TABLE,
    TWO,
    apart,
    exported,
    model_of,
    pictures,
    sounds,
)

TASKS = (TABLE, TWO, MANY, NUMBER, PICTURES, SOUNDS)
CASES = [(kind, task) for task in TASKS for kind in MEMBERS_OF[task.modality]]


def test_every_writer_is_of_a_known_member_and_is_tested() -> None:
    assert set(WRITERS) <= set(MEMBERS)
    assert set(WRITERS) == {kind for members in MEMBERS_OF.values() for kind in members}


@pytest.mark.parametrize(("kind", "task"), CASES, ids=lambda value: getattr(value, "kind", value))
def test_an_exported_member_answers_as_the_member_does(kind: str, task: Task) -> None:
    model = model_of(task, MEMBERS_OF[task.modality][kind](task), temperature=1.3)
    parity = check(model, exported(model), None)
    assert parity.difference <= (1e-12 if task.modality is Modality.TABLE else 2e-5)
    assert parity.agreement == 1.0
    assert parity.samples > 30


@pytest.mark.parametrize("kind", MEMBERS_OF[Modality.IMAGE])
@pytest.mark.parametrize("task", [PICTURE_MANY, PICTURE_NUMBER], ids=lambda task: task.kind)
def test_an_exported_member_answers_pictures_in_every_way(kind: str, task: Task) -> None:
    model, samples = model_of(task, MEMBERS_OF[Modality.IMAGE][kind](task), temperature=1.3), pictures(3)
    artefact, expected = exported(model), model.predict(samples)
    difference = np.abs(artefact.predict(samples) - expected).max()
    assert difference <= 2e-5 * max(1.0, np.abs(expected).max())
    for call in artefact.form.calls(samples) if task.kind is Kind.MULTILABEL else ():
        assert np.array_equal(np.asarray(artefact.run(call.feeds)[1]), expected[call.rows] >= NAMED_FROM)


@pytest.mark.parametrize("kind", MEMBERS_OF[Modality.AUDIO])
@pytest.mark.parametrize("task", [SOUND_MANY, SOUND_NUMBER], ids=lambda task: task.kind)
def test_an_exported_member_answers_sounds_in_every_way(kind: str, task: Task) -> None:
    model = model_of(task, MEMBERS_OF[Modality.AUDIO][kind](task), temperature=1.3)
    assert apart(model, sounds(3)) <= 1e-5


def test_a_member_nobody_can_write_is_refused() -> None:
    with pytest.raises(NotExportable, match=r"'video\.flow'\) cannot be written as ONNX yet"):
        writer("video.flow")
