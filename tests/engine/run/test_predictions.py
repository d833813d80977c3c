"""predictions.csv holds what a script needs to score it."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from engine.run.predictions import column_names, write_predictions
from engine.task import Kind, Modality, Task


def test_classes_get_a_probability_column_each(tmp_path: Path) -> None:
    task = Task(Modality.IMAGE, Kind.MULTICLASS, ("<=50K", 'naïve, "odd"\nname'))
    write_predictions(tmp_path / "p.csv", task, ["a b.jpg", "-1.jpg"], np.array([[0.25, 0.75], [1.0, 0.0]]))
    with (tmp_path / "p.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["id", "prediction", *task.classes]
    assert rows[1] == ["a b.jpg", task.classes[1], "0.25", "0.75"]
    assert rows[2] == ["-1.jpg", task.classes[0], "1.0", "0.0"]


def test_a_number_has_no_probabilities(tmp_path: Path) -> None:
    write_predictions(tmp_path / "p.csv", Task(Modality.TABLE, Kind.REGRESSION), ["0"], np.array([[2.5]]))
    assert (tmp_path / "p.csv").read_text() == "id,prediction\n0,2.5\n"


def test_a_class_called_like_a_column_gets_another_name() -> None:
    task = Task(Modality.IMAGE, Kind.MULTICLASS, ("id", "prediction", "id (class)"))
    names = column_names(task)
    assert names[:3] == ["id", "prediction", "id (class)"]
    assert len(set(names)) == len(names)


def test_nobody_to_predict_is_a_header(tmp_path: Path) -> None:
    task = Task(Modality.IMAGE, Kind.MULTICLASS, ("a", "b"))
    write_predictions(tmp_path / "deep" / "p.csv", task, [], np.zeros((0, 2)))
    assert (tmp_path / "deep" / "p.csv").read_text() == "id,prediction,a,b\n"


def test_several_classes_are_joined(tmp_path: Path) -> None:
    task = Task(Modality.IMAGE, Kind.MULTILABEL, ("sea", "sky"))
    write_predictions(tmp_path / "p.csv", task, ["1", "2", "3"], np.array([[0.5, 0.75], [0.25, 0.25], [0.0, 1.0]]))
    lines = (tmp_path / "p.csv").read_text().splitlines()
    assert lines == ["id,prediction,sea,sky", "1,sea;sky,0.5,0.75", '2,"",0.25,0.25', "3,sky,0.0,1.0"]


@pytest.mark.parametrize(
    ("kind", "values", "text"),
    [
        (Kind.MULTICLASS, [[0.25, 0.75], [0.5, 0.5]], "id,prediction,no,yes\na,yes,0.25,0.75\nb,,,\n"),
        (Kind.MULTICLASS, [[0.25, 0.75], [np.nan, np.nan]], "id,prediction,no,yes\na,yes,0.25,0.75\nb,,,\n"),
        (Kind.MULTILABEL, [[0.25, 0.25], [0.5, 0.5]], 'id,prediction,no,yes\na,"",0.25,0.25\nb,,,\n'),
        (Kind.REGRESSION, [[1.5], [2.5]], "id,prediction\na,1.5\nb,\n"),
    ],
)
def test_what_could_not_be_read_keeps_its_row_without_an_answer(
    kind: Kind, values: list[list[float]], text: str, tmp_path: Path
) -> None:
    task = Task(Modality.IMAGE, kind, () if kind is Kind.REGRESSION else ("no", "yes"))
    write_predictions(tmp_path / "deep" / "p.csv", task, ["a", "b"], np.array(values), {"b"})
    assert (tmp_path / "deep" / "p.csv").read_text() == text
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["p.csv"]
