"""Bags of boosters grown in lockstep."""

from __future__ import annotations

import numpy as np

from engine.budget import Deadline
from engine.modalities.table.boosting import Bag, Growth, base_params
from engine.modalities.table.members.lightgbm import LightGBMMember
from engine.modalities.table.target import Link
from engine.modalities.table.training import take_rows
from tests.engine.modalities.table.tables import a_job


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


def test_the_objective_follows_from_the_task() -> None:
    objectives = [base_params(a_job(classes))["objective"] for classes in (0, 2, 3)]
    assert objectives == ["regression", "binary", "multiclass"]
    assert base_params(a_job(3))["num_class"] == 3
