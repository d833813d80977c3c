"""The README says in plain words what a bundle takes, answers and is worth."""

from __future__ import annotations

from typing import Any

import pytest

from engine.metrics.registry import METRICS
from engine.task import Column, ColumnType, Kind, Modality, Task
from exporters.bundle.readme import readme

PARITY = {"samples": 300, "real_samples": 256, "difference": 2e-8, "tolerance": 1e-4}


def manifest(task: Task, **changes: Any) -> dict[str, Any]:
    said: dict[str, Any] = {"name": "birds", "which": "ensemble", "task": task.to_json(), "parity": PARITY}
    return {**said, "score": None, "weights": [], **changes}


PICTURES = Task(Modality.IMAGE, Kind.MULTICLASS, ("owl", "# *hawk*\n| x"))


def test_it_names_what_goes_in_and_what_comes_out() -> None:
    text = readme(manifest(PICTURES), "sample.jpg", real=True)
    assert "A model that takes a picture and says which of 2 classes it belongs to." in text
    assert "- owl\n- \\# \\*hawk\\* \\| x\n" in text
    assert "predict.py sample/sample.jpg" in text
    assert "one of the samples of the data" in text
    assert "300 samples, 256 of them real; the largest difference was 2e-08" in text


def test_columns_are_listed_with_what_they_hold() -> None:
    columns = (Column("size | cm", ColumnType.NUMBER), Column("day", ColumnType.DATE, "%d.%m.%Y"))
    task = Task(Modality.TABLE, Kind.REGRESSION, target="price", columns=columns)
    text = readme(manifest(task), "sample.csv", real=False)
    assert "| size \\| cm | a number |\n| day | a date, written as `%d.%m.%Y` |" in text
    assert "A number for “price”, in the units of the data." in text
    assert "It was made up." in text


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_is_explained(metric: str) -> None:
    score = {"metric": metric, "value": 0.9, "low": 0.8, "high": 0.95, "samples": 1234}
    text = readme(manifest(PICTURES, score=score), "sample.jpg", real=True)
    assert f"`{metric}` (" in text
    assert "see the documentation" not in text
    assert "on 1,234 samples that nothing was learned from" in text


def test_the_small_model_and_the_licences_of_weights_are_named() -> None:
    weights = [
        {
            "name": "A network",
            "licence": "MIT",
            "sha256": "0" * 64,
            "notice": "By *them*",
            "texts": ["LICENSES/MIT.txt"],
        }
    ]
    text = readme(manifest(PICTURES, which="small", weights=weights), "sample.jpg", real=True)
    assert "It is the small one of the models that were trained." in text
    assert r"- A network: MIT (`LICENSES/MIT.txt`). By \*them\*" in text
