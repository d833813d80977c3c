"""Bags of boosters grown in lockstep."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from engine.budget import Deadline
from engine.learners.base import Job
from engine.modalities.table.backend import load_lightgbm
from engine.modalities.table.boosting import Bag, Growth, base_params
from engine.modalities.table.members.lightgbm import LightGBMMember
from engine.modalities.table.samples import TableSamples
from engine.modalities.table.target import Link
from engine.modalities.table.training import take_rows
from engine.task import Column, ColumnType
from tests.engine.learners import contract
from tests.engine.modalities.table.tables import (
    a_job,
    a_job_of_many_classes,
    a_job_of_many_values,
    a_task,
    deal,
)


def a_bag(classes: int, growth: Growth) -> Bag:
    job = a_job(classes)
    return Bag(job, take_rows(job), Link.fit(job.task, job.labels), growth, {"learning_rate": 0.1})


def test_it_keeps_one_number_of_rounds_for_all_folds() -> None:
    bag = a_bag(2, Growth(rounds=500, patience=30))
    assert bag.advance(Deadline(60.0))
    assert bag.done
    assert 0 < bag.best_rounds < 500
    assert {text.count("\nTree=") for text in bag.texts()} == {bag.best_rounds}


def test_the_predictions_it_notes_are_those_of_the_boosters_it_keeps() -> None:
    for classes in (0, 2, 3):
        bag = a_bag(classes, Growth(rounds=40, patience=20))
        bag.advance(Deadline(60.0))
        noted = bag.validation()
        for fold, text in zip(bag.rows.checked, bag.texts(), strict=True):
            places = bag.rows.checked_on(fold)
            member = LightGBMMember(bag.rows.encoder, [text], bag.link)
            np.testing.assert_allclose(member.predict(a_job(classes).samples.take(places)), noted[places], rtol=1e-9)


@pytest.mark.parametrize("classes", [0, 2, 3, None])
@pytest.mark.parametrize(
    "params",
    [
        {},
        {"feature_fraction": 0.5, "extra_trees": True},
        {"bagging_fraction": 0.7, "bagging_freq": 1},
        {"bagging_fraction": 0.7, "bagging_freq": 1, "feature_fraction": 0.5, "extra_trees": True},
    ],
)
def test_a_restart_at_any_round_changes_nothing(tmp_path: Path, classes: int | None, params: dict[str, Any]) -> None:
    job = a_job_of_many_classes() if classes is None else a_job(classes)
    growth = Growth(rounds=105, patience=105)
    rows, link = take_rows(job), Link.fit(job.task, job.labels)
    make: Callable[[], Bag] = lambda: Bag(job, rows, link, growth, {**params, "seed": 3})  # noqa: E731
    whole, bag = make(), make()
    whole.advance(Deadline(60.0))
    for turn in range(3):
        while bag.share < 0.25 * (turn + 1) and not bag.done:
            bag.advance(Deadline(0.0))
        bag.save(tmp_path / str(turn))
        bag = make()
        bag.restore(tmp_path / str(turn))
    bag.advance(Deadline(60.0))
    np.testing.assert_array_equal(bag.validation(), whole.validation())
    one, other = (LightGBMMember(rows.encoder, each.texts(), link).predict(job.samples) for each in (bag, whole))
    np.testing.assert_allclose(one, other, rtol=1e-12)


def test_a_restored_bag_serves_its_best_rounds(tmp_path: Path) -> None:
    growth = Growth(rounds=100_000, patience=100_000)  # more than a slice can grow, however late it is told to stop
    bag = a_bag(2, growth)
    while bag.share * growth.rounds < 200:
        bag.advance(Deadline(0.0))
    bag.save(tmp_path / "bag")
    restored = a_bag(2, growth)
    restored.restore(tmp_path / "bag")
    assert not restored.done
    assert bag.best_rounds < bag.share * growth.rounds
    assert {text.count("\nTree=") for text in restored.texts()} == {bag.best_rounds}


def test_it_may_be_stopped_before_its_first_look() -> None:
    bag = a_bag(2, Growth(rounds=100_000, patience=100_000, step=100_000))
    assert not bag.advance(Deadline(0.2))
    assert bag.best_rounds == 0
    assert bag.share < 1.0


def test_it_ends_where_nothing_is_left_to_split() -> None:
    job = a_job(2, size=24)
    bag = Bag(job, take_rows(job), Link("sigmoid"), Growth(rounds=10_000, patience=10_000), {"min_data_in_leaf": 20})
    bag.advance(Deadline(60.0))
    assert bag.done
    assert np.isfinite(bag.validation()).all()


def test_a_draw_of_columns_that_cannot_be_split_does_not_end_it() -> None:
    rng = np.random.default_rng(0)
    useful, rare = rng.normal(size=(300, 5)), np.zeros((300, 60))
    rare[rng.integers(0, 300, 180), np.repeat(np.arange(60), 3)] = 1.0
    numbers = np.concatenate([useful, rare], axis=1)
    labels = (useful.sum(axis=1) + rng.normal(size=300) > 0.0).astype(np.float64)
    columns = tuple(Column(f"c{place}", ColumnType.NUMBER) for place in range(65))
    samples = TableSamples(pl.DataFrame({column.name: numbers[:, i] for i, column in enumerate(columns)}))
    job = Job(a_task(2, columns), samples, labels, deal(300))
    rows, link = take_rows(job), Link("sigmoid")
    params = {"feature_fraction": 0.4, "learning_rate": 0.02, "num_leaves": 4}
    bag = Bag(job, rows, link, Growth(rounds=400, patience=100), params)
    bag.advance(Deadline(contract.LONG))
    assert bag.best_rounds >= 100
    lightgbm, answers = load_lightgbm(), np.empty((300, 2))
    for fold in rows.checked:
        learn, check = rows.learned_from(fold), rows.checked_on(fold)
        data = lightgbm.Dataset(numbers[learn], labels[learn], params=base_params(job))
        booster = lightgbm.train({**base_params(job), **params}, data, 2 * bag.best_rounds)
        answers[check] = LightGBMMember(rows.encoder, [booster.model_to_string()], link).predict(samples.take(check))
    assert bag.best_loss < link.loss(labels, answers) + 0.01


def test_classes_that_a_row_may_have_several_of_share_its_data(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    lightgbm = load_lightgbm()
    monkeypatch.setattr(lightgbm, "Dataset", noting(lightgbm.Dataset, made))
    job = replace(a_job_of_many_classes(8), threads=1)
    bag = Bag(job, take_rows(job), Link("sigmoids"), Growth(rounds=30), {})
    bag.advance(Deadline(60.0))
    learned_from = [rows for rows in made if rows > 2]  # but for what only keeps a thread quiet
    assert len(learned_from) == len(bag.rows.checked)


def noting(kind: Any, made: list[int]) -> Any:
    class Noted(kind):  # type: ignore[misc]
        def __init__(self, data: Any, *args: Any, **settings: Any) -> None:
            made.append(len(data))
            super().__init__(data, *args, **settings)

    return Noted


def test_each_of_many_classes_is_learned_as_if_it_were_alone() -> None:
    job, params = a_job_of_many_classes(3), {"learning_rate": 0.1, "min_data_in_leaf": 5}
    together = Bag(job, take_rows(job), Link("sigmoids"), Growth(rounds=20, patience=20), params)
    together.advance(Deadline(60.0))
    for place in range(3):
        one = replace(job, task=a_task(2), labels=job.labels[:, place])
        alone = Bag(one, take_rows(one), Link("sigmoid"), Growth(rounds=20, patience=20), params)
        alone.advance(Deadline(60.0))
        shares = together.validation()[:, place], alone.validation()[:, 1]
        one_odds, other_odds = (np.log(share / (1.0 - share)) for share in shares)
        assert np.corrcoef(one_odds, other_odds)[0, 1] > 0.98
        assert abs(float(np.mean(one_odds - other_odds))) < 0.1


def test_many_classes_of_an_older_program_are_learned_anew(tmp_path: Path) -> None:
    job = a_job_of_many_classes(3)
    make: Callable[[], Bag] = lambda: Bag(job, take_rows(job), Link("sigmoids"), Growth(rounds=20), {})  # noqa: E731
    bag = make()
    bag.advance(Deadline(60.0))
    bag.save(tmp_path / "bag")
    state = json.loads((tmp_path / "bag" / "bag.json").read_text())
    state |= {"rounds": state["rounds"] * 3, "exhausted": state["exhausted"] * 3}
    (tmp_path / "bag" / "bag.json").write_text(json.dumps(state))
    again = make()
    again.restore(tmp_path / "bag")
    again.advance(Deadline(60.0))
    np.testing.assert_array_equal(again.validation(), bag.validation())


def test_columns_of_means_are_learned_once_and_are_the_same_after_a_restart(tmp_path: Path) -> None:
    job, growth = a_job_of_many_values(60), Growth(rounds=20, patience=20)
    rows, link = take_rows(job), Link.fit(job.task, job.labels)
    bag, again = (Bag(job, rows, link, growth, {}, with_means=True) for _ in range(2))
    bag.advance(Deadline(60.0))
    first = bag.means()
    assert len(first) == len(rows.checked) and all(means.tables for means in first)
    assert all(one is other for one, other in zip(first, bag.means(), strict=True))
    bag.save(tmp_path / "bag")
    again.restore(tmp_path / "bag")
    for one, other in zip(first, again.means(), strict=True):
        assert one.tables.keys() == other.tables.keys()
        for place, table in one.tables.items():
            np.testing.assert_array_equal(other.tables[place], table)


def test_without_columns_of_means_a_fold_lies_in_memory_once(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = tuple(Column(f"c{place}", ColumnType.NUMBER) for place in range(40))
    numbers = np.random.default_rng(0).normal(size=(6000, 40))
    samples = TableSamples(pl.DataFrame({column.name: numbers[:, i] for i, column in enumerate(columns)}))
    job = Job(a_task(2, columns), samples, (numbers[:, 0] > 0.0).astype(np.float64), deal(6000), threads=1)
    bag = Bag(job, take_rows(job), Link("sigmoid"), Growth(rounds=2, step=2), {})
    lightgbm, times = load_lightgbm(), []
    kind: Any = lightgbm.Dataset

    class Noted(kind):  # type: ignore[misc]
        def __init__(self, data: Any, *args: Any, **settings: Any) -> None:
            if len(data) == 4000:
                times.append(tracemalloc.get_traced_memory()[1] / data.nbytes)
            super().__init__(data, *args, **settings)

    monkeypatch.setattr(lightgbm, "Dataset", Noted)
    tracemalloc.start()
    try:
        bag.advance(Deadline(contract.LONG))
    finally:
        tracemalloc.stop()
    assert times[0] < 1.5


def test_the_objective_follows_from_the_task() -> None:
    objectives = [base_params(a_job(classes))["objective"] for classes in (0, 2, 3)]
    assert objectives == ["regression", "binary", "multiclass"]
    assert base_params(a_job(3))["num_class"] == 3
