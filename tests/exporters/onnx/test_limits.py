"""What has no ONNX form is refused with its name, and leaves no file behind."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from engine.learners.constant import ConstantMember
from engine.model.model import Model
from engine.task import Kind, Modality, Task
from exporters.errors import NotExportable, NotOurs
from exporters.onnx.exporter import OnnxExporter
from exporters.onnx.metadata import describe, read_metadata
from tests.exporters.models import CLASSES, TABLE, constant, lightgbm, model_of, source_of

ANSWER = np.array([0.2, 0.3, 0.5])
SOUNDS = Task(Modality.AUDIO, Kind.MULTICLASS, CLASSES)
TEXTS = Task(Modality.TEXT, Kind.MULTICLASS, CLASSES)


class FlowMember(ConstantMember):
    """A member of a kind that nobody has written for ONNX."""

    kind: ClassVar[str] = "table.flow"


def refusal(model: Model, out: Path) -> str:
    with pytest.raises(NotExportable) as caught:
        OnnxExporter().export(source_of(model), out, lambda share, text: None)
    assert list(out.iterdir()) == []
    return str(caught.value)


@pytest.mark.parametrize(
    ("task", "why"),
    [
        (SOUNDS, "it reads sounds"),
        (TEXTS, "it reads texts"),
        (replace(TABLE, kind=Kind.MULTILABEL), "several classes to one sample"),
    ],
    ids=["audio", "text", "multilabel"],
)
def test_a_task_without_an_onnx_form_is_refused_before_anything_is_written(
    task: Task, why: str, tmp_path: Path
) -> None:
    said = refusal(model_of(task, ConstantMember(ANSWER)), tmp_path)
    assert why in said
    assert "Nothing was written" in said
    assert "autodidact predict" in said


def test_every_member_without_an_onnx_form_is_named(tmp_path: Path) -> None:
    model = model_of(TABLE, lightgbm(TABLE), FlowMember(ANSWER), constant(TABLE), FlowMember(ANSWER))
    said = refusal(model, tmp_path)
    assert "“table.flow 1” (table.flow), “table.flow 3” (table.flow)" in said
    assert "lightgbm" not in said


@pytest.mark.parametrize("task", [replace(TABLE, kind=Kind.MULTILABEL), SOUNDS], ids=["multilabel", "audio"])
def test_a_file_that_claims_such_a_task_is_refused(task: Task) -> None:
    words = describe(source_of(model_of(TABLE, constant(TABLE))))
    assert read_metadata(words).task == TABLE
    with pytest.raises(NotOurs, match="a task that no export has"):
        read_metadata({**words, "autodidact.task": json.dumps(task.to_json())})
