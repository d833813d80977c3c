from __future__ import annotations

import pytest

from engine.task import Column, ColumnType, Kind, Modality, Task
from studio.share.snippet import python_snippet


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("modality", [Modality.IMAGE, Modality.AUDIO, Modality.TABLE])
def test_every_snippet_is_a_program(kind: Kind, modality: Modality) -> None:
    columns = (Column('it\'s "odd"', ColumnType.CATEGORY), Column("age", ColumnType.NUMBER))
    classes = () if kind is Kind.REGRESSION else ("a", "b")
    task = Task(modality, kind, classes, columns=columns if modality is Modality.TABLE else ())
    code = python_snippet(task, "a 'b'.onnx", {"age": 3.5})

    compile(code, "snippet", "exec")
    assert ("3.5" in code) is (modality is Modality.TABLE)
    assert ("json" in code) is bool(classes)


@pytest.mark.parametrize(
    "task",
    [
        Task(Modality.TEXT, Kind.MULTICLASS, ("a", "b")),
        Task(Modality.TABLE, Kind.MULTICLASS, ("a", "b"), columns=(Column("said", ColumnType.TEXT),)),
    ],
)
def test_texts_have_no_program_of_a_few_lines(task: Task) -> None:
    assert python_snippet(task, "a.onnx") == ""
