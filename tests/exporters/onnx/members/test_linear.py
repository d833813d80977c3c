"""Linear members: clips, gaps and tables without bends."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from engine.modalities.table.members.linear import LinearMember
from engine.modalities.table.samples import TableSamples
from engine.task import Task
from tests.exporters.models import NUMBER, TABLE, TWO, apart, linear, model_of, rows

BEYOND = [1e308, -1e308, float("inf"), None, 49.0]


@pytest.mark.parametrize("task", [TABLE, TWO, NUMBER], ids=["three classes", "two classes", "number"])
def test_numbers_beyond_what_was_seen_and_gaps_are_answered_alike(task: Task) -> None:
    frame = rows(5).frame.with_columns(pl.Series("length in cm", BEYOND), pl.Series("label", BEYOND[::-1]))
    model, samples = model_of(task, linear(task)), TableSamples(frame)
    assert apart(model, samples) <= 1e-13 * max(1.0, float(model.predict(samples).max()))


def test_a_member_without_bends_is_written() -> None:
    member = linear(TABLE)
    kept = 2 * len(member.expansion.numbers)
    straight = replace(member.expansion, source=np.zeros(0, np.int64), knots=np.zeros(0))
    plain = LinearMember(member.encoder, straight, member.weights[:kept], member.bias, member.tables, member.link)
    assert apart(model_of(TABLE, plain), rows(40, seed=6)) <= 1e-13
