"""Which texts an export is tried on."""

from __future__ import annotations

from itertools import islice

import numpy as np
import polars as pl

from engine.dataset import Dataset
from engine.modalities.text.decode import MAX_BYTES
from engine.modalities.text.samples import Text, TextSamples
from engine.task import Column, ColumnType, Kind, Modality, Task
from exporters.onnx.trials import make_trials, usual_count
from exporters.onnx.trials.base import Trial
from exporters.onnx.trials.text import REAL_TEXTS
from tests.exporters.texts import IN_COLUMNS

TASK = Task(Modality.TEXT, Kind.MULTICLASS, ("bad", "good"), target="v", columns=(Column("x", ColumnType.TEXT),))


def dataset(count: int) -> Dataset:
    """Texts of which the last third is for the test."""
    rows = np.arange(count)
    return Dataset(
        pl.DataFrame(
            {
                "id": [str(row) for row in rows],
                "label": ["good", "bad"] * (count // 2),
                "split": np.where(rows < 2 * count / 3, "train", "test").tolist(),
                "fold": np.where(rows < 2 * count / 3, rows % 4, -2).astype(np.int32),
                "x:x": [f"text of row {row}" for row in rows],
            }
        )
    )


def texts_of(trial: Trial) -> list[Text]:
    assert isinstance(trial.samples, TextSamples)
    return trial.samples.texts()


def test_texts_the_model_never_saw_come_first_in_calls_of_several_sizes() -> None:
    trials = list(islice(make_trials(TASK, dataset(600)), 4))
    assert [len(trial.names) for trial in trials] == [1, 2, 17, REAL_TEXTS - 20]
    assert all(trial.real for trial in trials)
    first = [int(name.removeprefix("text ")) for trial in trials[:3] for name in trial.names]
    assert min(first) >= 400


def test_awkward_texts_are_tried_alone_and_together() -> None:
    trials = [trial for trial in make_trials(TASK, dataset(6)) if not trial.real]
    alone = {name: texts_of(trial)[0][0] for trial in trials if len(trial.names) == 1 for name in trial.names}
    assert alone["no text"] == ""
    assert len(alone["one letter"]) == 1
    assert len(alone["a megabyte of words"]) == MAX_BYTES
    assert "😀" in alone["emoji"]
    assert "味" in alone["Chinese"]
    (together,) = (trial for trial in trials if len(trial.names) > 1)
    assert [text for (text,) in texts_of(together)] == [
        alone[name.removesuffix(", with others")] for name in together.names
    ]


def test_without_the_runs_texts_others_are_made_up_for_every_column() -> None:
    trials = list(make_trials(IN_COLUMNS, None))
    assert not any(trial.real for trial in trials)
    assert all(len(text) == 2 for trial in trials for text in texts_of(trial))
    assert sum(len(trial.names) for trial in trials) > 64


def test_the_usual_count_is_that_of_a_large_run() -> None:
    assert usual_count(TASK) == sum(len(trial.names) for trial in make_trials(TASK, dataset(600)))
