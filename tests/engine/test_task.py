"""What is asked of the engine."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import DataError
from engine.task import Column, ColumnType, Kind, Modality, Task


@given(
    st.lists(st.text(min_size=1), min_size=2, max_size=5, unique=True),
    st.lists(st.builds(Column, st.text(), st.sampled_from(ColumnType)), max_size=4),
)
def test_a_task_survives_json(classes: list[str], columns: list[Column]) -> None:
    task = Task(Modality.TABLE, Kind.MULTICLASS, tuple(classes), target="t", columns=tuple(columns))
    assert Task.from_json(json.loads(json.dumps(task.to_json()))) == task


def test_the_metric_follows_the_kind() -> None:
    assert Task(Modality.IMAGE, Kind.MULTICLASS, ("a", "b")).metric == "nauc"
    assert Task(Modality.TABLE, Kind.REGRESSION).metric == "r2"


def test_outputs_are_classes_or_one_number() -> None:
    assert Task(Modality.IMAGE, Kind.MULTICLASS, ("a", "b", "c")).outputs == 3
    assert Task(Modality.TABLE, Kind.REGRESSION).outputs == 1


def test_one_class_cannot_be_told_apart() -> None:
    with pytest.raises(DataError, match="at least 2 classes, but got 1"):
        Task(Modality.IMAGE, Kind.MULTICLASS, ("a",))


@pytest.mark.parametrize("data", [{}, {"modality": "smell"}, {"modality": "image", "kind": "multiclass"}])
def test_a_damaged_description_is_a_sentence(data: dict[str, str]) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        Task.from_json(data)
