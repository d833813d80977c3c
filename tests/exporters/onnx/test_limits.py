"""What has no ONNX form is refused with its name, and leaves no file behind."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from engine.learners.constant import ConstantMember
from engine.model.model import Model
from engine.task import Modality
from exporters.errors import NotExportable, NotOurs
from exporters.onnx.exporter import OnnxExporter
from exporters.onnx.inputs import FORMS
from exporters.onnx.metadata import describe, read_metadata
from tests.exporters.models import TABLE, constant, lightgbm, model_of, source_of

ANSWER = np.array([0.2, 0.3, 0.5])


class FlowMember(ConstantMember):
    """A member of a kind that nobody has written for ONNX."""

    kind: ClassVar[str] = "table.flow"


def refusal(model: Model, out: Path) -> str:
    with pytest.raises(NotExportable) as caught:
        OnnxExporter().export(source_of(model), out, lambda share, text: None)
    assert list(out.iterdir()) == []
    return str(caught.value)


def test_a_task_without_an_onnx_form_is_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(FORMS, Modality.TABLE)
    said = refusal(model_of(TABLE, ConstantMember(ANSWER)), tmp_path)
    assert "it reads tables" in said
    assert "Nothing was written" in said
    assert "autodidact predict" in said


def test_every_member_without_an_onnx_form_is_named(tmp_path: Path) -> None:
    model = model_of(TABLE, lightgbm(TABLE), FlowMember(ANSWER), constant(TABLE), FlowMember(ANSWER))
    said = refusal(model, tmp_path)
    assert "“table.flow 1” (table.flow), “table.flow 3” (table.flow)" in said
    assert "lightgbm" not in said


def test_a_file_that_claims_such_a_task_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    words = describe(source_of(model_of(TABLE, constant(TABLE))))
    assert read_metadata(words).task == TABLE
    monkeypatch.delitem(FORMS, Modality.TABLE)
    with pytest.raises(NotOurs, match="a task that no export has"):
        read_metadata(words)
