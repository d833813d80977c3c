"""Rows that an export is tried on."""

from __future__ import annotations

import polars as pl

from engine.modalities.table.samples import TableSamples
from exporters.onnx.trials import make_trials
from exporters.onnx.trials.base import BATCH_SIZES, Trial
from exporters.onnx.trials.table import REAL_ROWS
from tests.engine.flowers import FLOWERS, flowers
from tests.exporters.models import TABLE


def frame_of(trial: Trial) -> pl.DataFrame:
    assert isinstance(trial.samples, TableSamples)
    return trial.samples.frame


def test_the_test_part_comes_first_then_what_was_validated_on() -> None:
    data = flowers(240)
    trials = list(make_trials(FLOWERS, data))
    names = [name.removeprefix("row ") for trial in trials if trial.real for name in trial.names]
    held_out = set(data.frame.filter(pl.col("split") == "test")["id"])
    assert len(names) == 240
    assert set(names[: len(held_out)]) == held_out


def test_rows_come_in_calls_of_one_two_seventeen_and_the_rest() -> None:
    sizes = [len(trial.names) for trial in make_trials(FLOWERS, flowers(3 * REAL_ROWS)) if trial.real]
    assert sizes == [*BATCH_SIZES, REAL_ROWS - sum(BATCH_SIZES)]


def test_a_table_of_three_rows_is_tried_too() -> None:
    assert [len(trial.names) for trial in make_trials(FLOWERS, flowers(3)) if trial.real] == [1, 2]


def test_awkward_rows_hold_gaps_unknown_texts_and_huge_numbers() -> None:
    for data in (flowers(30), None):
        frame = frame_of(list(make_trials(FLOWERS, data))[-1])
        assert frame.row(0) == (None, None)
        assert {"never seen before", "", None} <= set(frame["colour"])
        assert frame["length"].abs().max() == float("inf")


def test_without_the_runs_rows_others_are_made_up() -> None:
    trials = list(make_trials(TABLE, None))
    assert not any(trial.real for trial in trials)
    assert all(frame_of(trial).columns == [column.name for column in TABLE.columns] for trial in trials)
