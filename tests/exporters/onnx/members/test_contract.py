"""What holds for the writer of every kind of member."""

from __future__ import annotations

import pytest

from engine.model.registry import MEMBERS
from engine.task import Kind, Modality, Task
from exporters.errors import NotExportable
from exporters.onnx.members import WRITERS, writer
from exporters.onnx.parity import check
from tests.exporters.models import (
    IMAGE_MEMBERS,
    NUMBER,
    PICTURE_NUMBER,
    PICTURES,
    TABLE,
    TABLE_MEMBERS,
    TWO,
    exported,
    model_of,
)

CASES = [(kind, task) for task in (TABLE, TWO, NUMBER) for kind in TABLE_MEMBERS] + [
    (kind, task) for task in (PICTURES, PICTURE_NUMBER) for kind in IMAGE_MEMBERS
]


def test_every_writer_is_of_a_known_member_and_is_tested() -> None:
    assert set(WRITERS) <= set(MEMBERS)
    assert set(WRITERS) == set(TABLE_MEMBERS) | set(IMAGE_MEMBERS)


@pytest.mark.parametrize(("kind", "task"), CASES, ids=lambda value: getattr(value, "kind", value))
def test_an_exported_member_answers_as_the_member_does(kind: str, task: Task) -> None:
    makers = TABLE_MEMBERS if task.modality is Modality.TABLE else IMAGE_MEMBERS
    model = model_of(task, makers[kind](task))
    parity = check(model, exported(model), None)
    assert parity.difference <= (1e-12 if task.modality is Modality.TABLE else 1e-5)
    assert parity.agreement == 1.0
    assert task.kind is Kind.REGRESSION or parity.samples > 30


def test_a_member_nobody_can_write_is_refused() -> None:
    with pytest.raises(NotExportable, match=r"'video\.flow'\) cannot be written as ONNX yet"):
        writer("video.flow")
