"""Trials of a search on tables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.budget import Deadline
from engine.modalities.table import threads as side_by_side
from engine.modalities.table.boosting import Bag, Growth
from engine.modalities.table.target import Link
from engine.modalities.table.training import take_rows
from engine.modalities.table.trials import SPACE, Trial, Tried, row_losses, start
from engine.search import parted
from engine.search.base import inside
from tests.engine.modalities.table.tables import a_job


def a_trial(folds: int, threads: int, share: float | None = None) -> Trial:
    job = replace(a_job(2, folds=folds), threads=threads)
    nothing = np.full((len(job.labels), 2), np.nan)
    link = Link.fit(job.task, job.labels)
    return Trial(job, take_rows(job), link, Growth(20), 0, Tried(start({"num_leaves": 4}), nothing), share)


def test_what_is_not_named_is_as_lightgbm_has_it() -> None:
    settings = start({"num_leaves": 6, "min_data_per_group": 30})
    assert inside(SPACE, settings)
    assert settings["num_leaves"] == 6
    assert settings["learning_rate"] == 0.1


@pytest.mark.parametrize(("folds", "threads", "groups"), [(5, 2, [2, 3]), (5, 1, [2, 3]), (2, 4, [2]), (8, 4, [4, 4])])
def test_as_many_folds_as_threads_come_first(folds: int, threads: int, groups: list[int]) -> None:
    trial = a_trial(folds, threads)
    grown: list[tuple[int, ...]] = []
    while not trial.finished:
        grown.append(trial.next_folds)
        assert trial.advance(Deadline(60.0))
    assert [len(group) for group in grown] == groups
    assert [fold for group in grown for fold in group] == list(range(folds))


def test_each_group_adds_its_folds() -> None:
    trial = a_trial(5, 2)
    assert trial.advance(Deadline(60.0))
    known = np.isfinite(trial.so_far.validation[:, 0])
    np.testing.assert_array_equal(known, trial.job.folds < 2)
    assert not trial.finished
    assert trial.advance(Deadline(60.0))
    assert np.isfinite(trial.so_far.validation).all()
    assert trial.finished
    assert len(trial.so_far.texts) == 5


@pytest.mark.parametrize(
    ("share", "folds", "goal"),
    [(1 / 9, 5, 1), (1 / 3, 5, 2), (1.0, 5, 5), (1 / 3, 9, 3), (1 / 3, 6, 2), (1 / 9, 1, 1), (None, 4, 4)],
)
def test_a_share_of_the_work_is_so_many_folds(share: float | None, folds: int, goal: int) -> None:
    assert a_trial(folds, 2, share).goal == goal


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_what_is_missing_of_a_share_is_grown_at_once_with_any_number_of_threads(threads: int) -> None:
    trial = a_trial(5, threads, share=1 / 3)
    assert trial.next_folds == (0, 1)
    assert trial.advance(Deadline(60.0))
    assert trial.through
    assert not trial.finished
    texts = trial.so_far.texts
    assert trial.advance(Deadline(60.0))
    assert trial.so_far.texts is texts
    whole = replace(trial, share=1.0)
    assert whole.next_folds == (2, 3, 4)
    assert whole.advance(Deadline(60.0))
    assert whole.finished
    assert whole.so_far.texts[:2] == texts
    np.testing.assert_array_equal(
        whole.so_far.validation[trial.job.folds < 2], trial.so_far.validation[trial.job.folds < 2]
    )


@pytest.mark.parametrize(("share", "before", "after"), [(None, 4, 2), (None, 2, 4), (1 / 3, 4, 1)])
def test_folds_under_way_go_on_after_a_restart_with_any_number_of_threads(
    share: float | None, before: int, after: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(side_by_side, "_LOOK_SECONDS", 0.001)
    looks: list[tuple[tuple[int, ...], int]] = []
    judge = Bag._judge

    def noted(bag: Bag, goal: int) -> None:
        looks.append((bag.rows.checked, goal))
        judge(bag, goal)

    monkeypatch.setattr(Bag, "_judge", noted)
    drawing = start({"num_leaves": 4, "bagging_fraction": 0.7, "feature_fraction": 0.5})

    def make(threads: int) -> Trial:
        trial = a_trial(5, threads, share)
        return replace(trial, growth=Growth(300, patience=300), so_far=Tried(drawing, trial.so_far.validation))

    whole = make(before)
    assert whole.under_way == ()
    assert whole.advance(Deadline(60.0))
    without, trial = list(looks), make(before)
    looks.clear()
    while len(looks) < 2:
        assert not trial.advance(Deadline(0.0))
    trial.save(tmp_path / "folds")
    again = make(after)
    again.restore(tmp_path / "folds", trial.under_way)
    assert again.under_way == trial.under_way == without[0][0]
    assert again.advance(Deadline(60.0))
    assert looks == without
    assert again.under_way == ()
    assert len(again.so_far.texts) == len(without[0][0])
    np.testing.assert_array_equal(again.so_far.validation, whole.so_far.validation)


def test_where_no_folds_are_under_way_none_are_kept(tmp_path: Path) -> None:
    trial = a_trial(5, 2)
    trial.save(tmp_path / "before")
    assert trial.advance(Deadline(60.0))
    trial.save(tmp_path / "after")
    assert list(tmp_path.iterdir()) == []


def test_what_was_proposed_is_told_as_it_was() -> None:
    assert parted(a_trial(5, 2, share=0.25).proposal) == (start({"num_leaves": 4}), 0.25)
    assert a_trial(5, 2).proposal == start({"num_leaves": 4})


@pytest.mark.parametrize(
    ("link", "labels", "predictions"),
    [
        (Link("sigmoid"), [0.0, 1.0], [[0.8, 0.2], [0.4, 0.6]]),
        (Link("softmax"), [2.0, 0.0], [[0.2, 0.3, 0.5], [0.6, 0.3, 0.1]]),
        (Link("sigmoids"), [[1.0, 0.0], [1.0, 1.0]], [[0.7, 0.1], [0.2, 0.9]]),
        (Link("identity", scale=1.0), [3.0, 5.0], [[2.0], [5.5]]),
    ],
    ids=lambda value: value.name if isinstance(value, Link) else "",
)
def test_losses_of_rows_are_what_the_whole_loss_is_the_mean_of(
    link: Link, labels: list[float], predictions: list[list[float]]
) -> None:
    rows = row_losses(link, np.array(labels), np.array(predictions))
    assert rows.shape == (2,)
    assert rows.mean() == pytest.approx(link.loss(np.array(labels), np.array(predictions)))
