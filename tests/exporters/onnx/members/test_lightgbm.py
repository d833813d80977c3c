"""Boosted trees: as many boosters as were bagged, and one set of them an answer."""

from __future__ import annotations

import pytest

from engine.modalities.table.members.lightgbm import LightGBMMember
from engine.task import Task
from tests.exporters.models import NUMBER, TABLE, TWO, apart, lightgbm, model_of, rows


def test_bags_of_boosters_are_averaged_alike() -> None:
    member = lightgbm(TABLE)
    bagged = LightGBMMember(member.encoder, member.boosters * 3, member.link, member.outputs)
    assert apart(model_of(TABLE, bagged), rows(60, seed=4)) <= 1e-13


@pytest.mark.parametrize("task", [TABLE, TWO, NUMBER], ids=["three classes", "two classes", "number"])
def test_every_kind_of_answer_is_exact(task: Task) -> None:
    model, samples = model_of(task, lightgbm(task)), rows(60, seed=5)
    assert apart(model, samples) <= 1e-13 * max(1.0, float(model.predict(samples).max()))
