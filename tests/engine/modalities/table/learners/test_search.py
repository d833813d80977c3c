"""The search for settings of LightGBM."""

from __future__ import annotations

import json
import logging
import shutil
from collections import Counter
from collections.abc import Mapping, Sized
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.budget import Deadline
from engine.learners.base import Job, Progress
from engine.modalities.table import threads, trials
from engine.modalities.table.begun import MOST
from engine.modalities.table.boosting import Bag, Growth
from engine.modalities.table.learners import search
from engine.modalities.table.learners.lightgbm import LightGBM
from engine.modalities.table.learners.search import Search
from engine.modalities.table.members.lightgbm import LightGBMMember
from engine.modalities.table.target import Link
from engine.modalities.table.training import TrainingRows
from engine.modalities.table.trials import Tried, start
from engine.search import STRATEGIES, Choice
from tests.engine.learners import contract
from tests.engine.modalities.table.tables import a_job, a_job_of_many_classes

SETTINGS: dict[str, Any] = {"trials": 4, "rounds": 20, "starts": [{"num_leaves": 4}, {"num_leaves": 8}]}
ONE_TRIAL: dict[str, Any] = {**SETTINGS, "trials": 1}
HOPELESS = {"num_leaves": 4, "min_data_in_leaf": 80, "learning_rate": 0.03, "lambda_l2": 30.0}
GOOD: dict[str, float] = {"num_leaves": 8, "min_data_in_leaf": 5}
DRAWING = {"num_leaves": 4, "bagging_fraction": 0.7, "feature_fraction": 0.5, "extra_trees": True}
HALVING: dict[str, Any] = {**SETTINGS, "strategy": "halving", "trials": 18, "rounds": 10}
EXACTLY = 1e-12


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_its_predictions_are_well_formed(classes: int) -> None:
    contract.predictions_are_well_formed(lambda: Search(a_job(classes), SETTINGS))


@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
def test_slices_of_any_length_end_alike(strategy: str) -> None:
    contract.tiny_slices_equal_one_long_one(lambda: Search(a_job(2), {**SETTINGS, "strategy": strategy}))


def test_a_pause_ends_its_slice() -> None:
    contract.an_interrupted_slice_ends_soon(lambda: Search(a_job(3, size=4000), SETTINGS))


@pytest.mark.parametrize("classes", [0, 2])
def test_its_saved_member_answers_the_same(tmp_path: Path, classes: int) -> None:
    contract.a_saved_member_answers_the_same(lambda: Search(a_job(classes), SETTINGS), tmp_path / "m")


@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
def test_it_goes_on_after_a_restart_exactly_as_without(strategy: str, tmp_path: Path) -> None:
    make = lambda: Search(a_job(3), {**SETTINGS, "trials": 6, "strategy": strategy})  # noqa: E731
    contract.restored_midway_goes_on_to_the_same_end(make, tmp_path / "a", alike=EXACTLY)
    contract.restored_when_done_is_done(make, tmp_path / "b")


def test_any_number_of_classes_is_told_apart(tmp_path: Path) -> None:
    learner = contract.run_to_the_end(Search(a_job_of_many_classes(), {**SETTINGS, "rounds": 40}))
    contract.its_predictions_are_well_formed(learner)
    contract.its_saved_member_answers_the_same(learner, tmp_path / "b")
    answers, labels = learner.validation(), learner.job.labels
    assert (answers[labels > 0.5].mean() - answers[labels < 0.5].mean()) > 0.3


def test_a_clearly_worse_trial_is_dropped_after_some_folds(caplog: pytest.LogCaptureFixture) -> None:
    settings = {"trials": 2, "rounds": 60, "starts": [{"num_leaves": 8, "min_data_in_leaf": 5}, HOPELESS]}
    with caplog.at_level(logging.INFO):
        learner = contract.run_to_the_end(Search(a_job(2, size=600), settings))
    first, second = (record.getMessage() for record in caplog.records)
    assert "trial 1, tried on all folds" in first
    assert "trial 2, dropped early: gain -" in second
    assert '"min_data_in_leaf": 80' in second
    member = learner.member()
    assert isinstance(member, LightGBMMember)
    assert len(member.boosters) == 3


def test_a_better_trial_takes_over() -> None:
    job = a_job(2, size=600)
    poor = contract.run_to_the_end(Search(job, {"trials": 1, "rounds": 60, "starts": [HOPELESS]}))
    both = {"trials": 2, "rounds": 60, "starts": [HOPELESS, {"num_leaves": 8, "min_data_in_leaf": 5}]}
    better = contract.run_to_the_end(Search(job, both))
    assert _loss(better, job.labels) < _loss(poor, job.labels) - 0.01


@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
@pytest.mark.parametrize(("first", "gain"), [(GOOD, 0.0), (HOPELESS, 0.01)])
def test_any_strategy_ends_at_least_as_good_as_with_the_first_settings(
    strategy: str, first: Mapping[str, float], gain: float
) -> None:
    job, settings = a_job(2, size=600), {"rounds": 60, "starts": [first]}
    alone = contract.run_to_the_end(Search(job, {**settings, "trials": 1}))
    searched = contract.run_to_the_end(Search(job, {**settings, "strategy": strategy, "trials": 14}))
    assert _loss(searched, job.labels) <= _loss(alone, job.labels) - gain + EXACTLY


def test_what_is_told_is_the_best_so_far_and_starts_outside_the_space_or_named_twice_are_passed_over() -> None:
    elsewhere, good = {"learning_rate": 9.0}, {"num_leaves": 8, "min_data_in_leaf": 5}
    learner = Search(a_job(2, size=600), {"trials": 2, "rounds": 60, "starts": [HOPELESS, elsewhere, HOPELESS, good]})
    said = list[Progress]()
    while not said or not said[-1].done:
        said.append(learner.advance(Deadline(0.0)))
    found = [progress.found for progress in said]
    told = [found[place] for place in range(len(found)) if place == 0 or found[place] != found[place - 1]]
    assert told == [None, start(HOPELESS), start(good)]


def test_a_single_trial_is_the_bag_with_those_settings() -> None:
    job = replace(a_job(0, size=300), threads=3)
    params = {"num_leaves": 6, "bagging_freq": 1, "lambda_l2": 0.001, "path_smooth": 0.01}
    searched = contract.run_to_the_end(Search(job, {"trials": 1, "rounds": 30, "starts": [params]}))
    bag = contract.run_to_the_end(LightGBM(job, {"stages": [{"rounds": 30, "patience": 50}], "params": params}))
    np.testing.assert_allclose(searched.validation(), bag.validation(), rtol=1e-9)


def test_the_boosters_of_a_trial_are_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Path] = []
    write = Path.write_text

    def noted(path: Path, text: str, encoding: str) -> int:
        written.append(path)
        return write(path, text, encoding=encoding)

    learner = Search(a_job(2), SETTINGS)
    contract.until_improved(learner)
    monkeypatch.setattr(Path, "write_text", noted)
    for slice_ in "abc":
        (tmp_path / slice_).mkdir()
        learner.save(tmp_path / slice_)
    trials = [path for path in written if path.name.startswith("trial-")]
    assert trials
    assert {path.parent.name for path in trials} == {"a"}
    shutil.rmtree(tmp_path / "a")
    again = Search(a_job(2), SETTINGS)
    again.restore(tmp_path / "c")
    np.testing.assert_array_equal(
        again.member().predict(learner.job.samples), learner.member().predict(learner.job.samples)
    )
    (tmp_path / "d").mkdir()
    again.save(tmp_path / "d")
    assert sorted(path.name for path in (tmp_path / "d").iterdir()) == sorted(
        path.name for path in (tmp_path / "c").iterdir()
    )


def test_before_its_first_candidate_it_has_checked_nothing() -> None:
    learner = Search(a_job(3), SETTINGS)
    assert learner.validation().shape == (240, 3)
    assert np.isnan(learner.validation()).all()


def test_what_an_older_program_kept_of_trials_is_read(tmp_path: Path) -> None:
    learner = contract.run_to_the_end(Search(a_job(2), SETTINGS))
    learner.save(tmp_path)
    state = json.loads((tmp_path / "state.json").read_text())
    assert (state.pop("share"), state.pop("begun")) == (None, [])
    for place, trial in enumerate(state["trials"]):
        trial["texts"] = json.loads((tmp_path / f"trial-{place}.json").read_text())
        (tmp_path / f"trial-{place}.json").unlink()
    (tmp_path / "state.json").write_text(json.dumps(state))
    again = Search(a_job(2), SETTINGS)
    again.restore(tmp_path)
    rows = learner.job.samples
    np.testing.assert_array_equal(again.member().predict(rows), learner.member().predict(rows))


def test_only_predictions_of_rows_that_are_checked_are_written(tmp_path: Path) -> None:
    job = a_job(3, size=2000)
    job = replace(job, folds=np.where(np.arange(2000) < 100, job.folds % 2, -1))
    learner = contract.run_to_the_end(Search(job, SETTINGS))
    learner.save(tmp_path)
    assert (tmp_path / "trials.npz").stat().st_size < learner.validation().nbytes
    again = Search(job, SETTINGS)
    again.restore(tmp_path)
    np.testing.assert_array_equal(again.validation(), learner.validation())
    with np.load(tmp_path / "trials.npz") as arrays:
        kept = dict(arrays)
    rows = kept.pop("rows")
    whole: dict[str, Any] = {name: np.full((2000, 3), np.nan) for name in kept}
    for name, predictions in kept.items():
        whole[name][rows] = predictions
    np.savez(tmp_path / "trials.npz", **whole)  # as an older program wrote them
    again = Search(job, SETTINGS)
    again.restore(tmp_path)
    np.testing.assert_array_equal(again.validation(), learner.validation())


def in_the_middle_of_a_trial(job: Job, path: Path) -> Path:
    """Work in slices as short as can be, each of them saved, until some folds of the trial are grown; return where."""
    learner, slices = Search(job, ONE_TRIAL), 0
    while True:
        folder = path / str(slices)
        folder.mkdir(parents=True)
        assert not learner.advance(Deadline(0.0)).done
        learner.save(folder)
        if json.loads((folder / "trial-0.json").read_text()):
            return folder
        slices += 1
        assert slices < 1000


@pytest.mark.parametrize("older", [False, True])
@pytest.mark.parametrize(("before", "after"), [(2, 4), (4, 2), (2, 8)])
def test_with_another_number_of_threads_each_fold_is_grown_once(
    before: int, after: int, older: bool, tmp_path: Path
) -> None:
    job = replace(a_job(2, folds=5), threads=before)
    folder = in_the_middle_of_a_trial(job, tmp_path)
    if older:
        shutil.rmtree(folder / "under-way", ignore_errors=True)
        state = json.loads((folder / "state.json").read_text())
        assert state.pop("running")
        state.pop("under_way")
        assert (state.pop("share"), state.pop("begun")) == (None, [])
        (folder / "state.json").write_text(json.dumps({**state, "rung": 1}))
    again = Search(replace(job, threads=after), ONE_TRIAL)
    again.restore(folder)
    contract.run_to_the_end_after_restore(again)
    member = again.member()
    assert isinstance(member, LightGBMMember)
    assert len(member.boosters) == 5
    whole = contract.run_to_the_end(Search(job, ONE_TRIAL))
    np.testing.assert_allclose(again.validation(), whole.validation(), atol=EXACTLY)


def test_a_trial_of_which_an_older_program_passed_folds_over_is_set_aside(tmp_path: Path) -> None:
    learner = contract.run_to_the_end(Search(a_job(2), SETTINGS))
    learner.save(tmp_path)
    boosters = json.loads((tmp_path / "trial-0.json").read_text())
    (tmp_path / "trial-0.json").write_text(json.dumps(boosters[:-1]))
    again = Search(a_job(2), SETTINGS)
    again.restore(tmp_path)
    assert np.isnan(again.validation()).all()
    contract.run_to_the_end(again)
    np.testing.assert_allclose(again.validation(), learner.validation(), atol=EXACTLY)


Grown = list[tuple[str, tuple[int, ...]]]


@pytest.fixture
def grown(monkeypatch: pytest.MonkeyPatch) -> Grown:
    """With which settings which folds are grown, in the order in which that is begun."""
    noted: Grown = []

    def bag(job: Job, rows: TrainingRows, link: Link, growth: Growth, params: Mapping[str, Any]) -> Bag:
        noted.append((json.dumps(params, sort_keys=True), rows.checked))
        return Bag(job, rows, link, growth, params)

    monkeypatch.setattr(trials, "Bag", bag)
    return noted


@pytest.mark.parametrize("strategy", sorted(STRATEGIES))
def test_any_strategy_ends_with_a_candidate_checked_on_all_folds(strategy: str) -> None:
    learner = contract.run_to_the_end(Search(a_job(2, folds=5), {**SETTINGS, "strategy": strategy}))
    assert np.isfinite(learner.validation()).all()
    member = learner.member()
    assert isinstance(member, LightGBMMember)
    assert len(member.boosters) in (5, 10, 15)
    assert (member.predict(learner.job.samples).argmax(axis=1) == learner.job.labels).mean() > 0.7


def test_who_is_asked_for_again_with_a_larger_share_goes_on_with_the_folds_that_are_missing(grown: Grown) -> None:
    contract.run_to_the_end(Search(a_job(2, folds=5), HALVING))
    folds_of: dict[str, list[tuple[int, ...]]] = {}
    for settings, folds in grown:
        folds_of.setdefault(settings, []).append(folds)
    assert all(folds == [(0,), (1,), (2, 3, 4)][: len(folds)] for folds in folds_of.values())
    reached = [sum(len(folds) >= rung for folds in folds_of.values()) for rung in (1, 2, 3)]
    assert sum(reached) == HALVING["trials"]
    assert reached[0] > reached[1] > reached[2] > 0


def test_there_is_no_candidate_before_all_folds_of_a_trial_are_grown(grown: Grown) -> None:
    learner = Search(a_job(2, folds=5), HALVING)
    while not learner.advance(Deadline(0.0)).improved:
        assert np.isnan(learner.validation()).all()
    assert np.isfinite(learner.validation()).all()
    assert [folds for _, folds in grown][-1] == (2, 3, 4)
    assert len(grown) > 5


@pytest.mark.parametrize("classes", [0, 3, None])
@pytest.mark.parametrize("good_first", [False, True])
def test_the_better_one_gets_all_folds(classes: int | None, good_first: bool, grown: Grown) -> None:
    job = a_job_of_many_classes(size=600, folds=5) if classes is None else a_job(classes, size=600, folds=5)
    starts = [GOOD, HOPELESS] if good_first else [HOPELESS, GOOD]
    settings = {"strategy": "halving", "trials": 3, "rounds": 40, "starts": starts}
    learner = contract.run_to_the_end(Search(job, settings))
    tried = [(json.loads(params)["num_leaves"], folds) for params, folds in grown]
    assert tried == [*((one["num_leaves"], (0,)) for one in starts), (GOOD["num_leaves"], (1, 2, 3, 4))]
    assert np.isfinite(learner.validation()).all()


Looks = list[tuple[tuple[int, ...], int]]


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Looks:
    """At which folds is looked after how many rounds, in that order; slices end soon after they are asked to."""
    noted: Looks = []
    judge = Bag._judge

    def judged(bag: Bag, goal: int) -> None:
        noted.append((bag.rows.checked, goal))
        judge(bag, goal)

    monkeypatch.setattr(Bag, "_judge", judged)
    monkeypatch.setattr(threads, "_LOOK_SECONDS", 0.001)
    return noted


def until(most: int, noted: Sized) -> Deadline:
    """A slice that ends once so much is noted."""
    return Deadline(contract.LONG, interrupted=lambda: len(noted) >= most)


def test_halving_goes_on_after_restarts_exactly_as_without_on_any_number_of_threads(
    grown: Grown, looks: Looks, tmp_path: Path
) -> None:
    job, settings = a_job(3, folds=5), {**HALVING, "rounds": 60, "starts": [DRAWING]}
    whole = contract.run_to_the_end(Search(job, settings))
    without, looked, learner = list(grown), list(looks), Search(job, settings)
    grown.clear()
    looks.clear()
    for turn, count in enumerate((4, 1, 3)):
        begun = len(grown) + 4  # the fourth is the first to go on with a larger share
        while len(grown) < begun:
            assert not learner.advance(until(begun, grown)).done
        most = len(looks) + 2  # so that folds are half grown
        while len(looks) < most:
            assert not learner.advance(until(most, looks)).done
        folder = tmp_path / str(turn)
        folder.mkdir()
        learner.save(folder)
        learner = Search(replace(job, threads=count), settings)
        learner.restore(folder)
    contract.run_to_the_end_after_restore(learner)
    assert list(dict.fromkeys(grown)) == without
    assert looks == looked
    np.testing.assert_allclose(learner.validation(), whole.validation(), atol=EXACTLY)


@pytest.mark.parametrize("older", [False, True])
@pytest.mark.parametrize(("before", "after"), [(2, 4), (4, 2)])
def test_folds_under_way_go_on_after_a_restart_where_they_were(
    before: int, after: int, older: bool, looks: Looks, tmp_path: Path
) -> None:
    job = replace(a_job(2, folds=5), threads=before)
    settings = {**ONE_TRIAL, "rounds": 300, "patience": 300, "starts": [DRAWING]}
    whole = contract.run_to_the_end(Search(job, settings))
    looked, learner = list(looks), Search(job, settings)
    looks.clear()
    while len(looks) < 3:
        assert not learner.advance(until(3, looks)).done
    learner.save(tmp_path)
    if older:  # which kept nothing of them
        shutil.rmtree(tmp_path / "under-way")
        state = json.loads((tmp_path / "state.json").read_text())
        assert state.pop("under_way") == list(range(before))
        (tmp_path / "state.json").write_text(json.dumps(state))
        looks.clear()
    again = Search(replace(job, threads=after), settings)
    again.restore(tmp_path)
    contract.run_to_the_end_after_restore(again)
    if older:
        assert looks[0] == (tuple(range(after)), 10)
        assert np.isfinite(again.validation()).all()
    else:
        assert looks == looked
        np.testing.assert_allclose(again.validation(), whole.validation(), atol=EXACTLY)


def test_with_a_single_fold_no_trial_is_grown_twice(grown: Grown) -> None:
    job = a_job(2)
    learner = contract.run_to_the_end(
        Search(replace(job, folds=np.minimum(job.folds, 1) - 1), {**HALVING, "trials": 6})
    )
    assert len(grown) == len({settings for settings, _ in grown}) == 4
    assert np.isfinite(learner.validation()[job.folds > 0]).all()


def test_of_those_that_are_begun_only_the_better_are_kept(grown: Grown, tmp_path: Path) -> None:
    learner = Search(a_job(2, folds=5), {**HALVING, "trials": 30})
    while len(grown) < 20:
        learner.advance(Deadline(0.0))
    learner.save(tmp_path)
    shares = Counter(share for _, share, _ in json.loads((tmp_path / "state.json").read_text())["begun"])
    assert max(shares.values()) == MOST


@pytest.mark.parametrize("strategy", ["evolution", "halving"])
def test_it_is_done_when_there_is_nothing_left_to_try(
    strategy: str, grown: Grown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "SPACE", {"num_leaves": Choice((4, 8, 16))})
    learner = Search(a_job(2), {"trials": 50, "rounds": 10, "starts": [], "strategy": strategy})
    contract.run_to_the_end(learner)
    assert {json.loads(settings)["num_leaves"] for settings, _ in grown} == {4, 8, 16}
    assert np.isfinite(learner.validation()).all()
    assert learner.advance(Deadline(contract.LONG)).share == 1.0


def test_it_keeps_to_its_share_of_the_budget_and_does_not_call_itself_through() -> None:
    learner = Search(a_job(2), {**SETTINGS, "trials": 10_000, "share": 0.5})
    seconds, slices, done = 0.0, 0, False
    while not done:
        deadline = Deadline(0.2, left=4.0 - seconds)
        progress = learner.advance(deadline)
        seconds, slices, done = seconds + deadline.elapsed, slices + 1, progress.done
        assert slices < 100
    assert 2.0 <= seconds < 4.0
    assert progress.share < 0.5  # of its trials
    assert contract.run_to_the_end(Search(a_job(2), SETTINGS)).advance(Deadline(contract.LONG)).share == 1.0


def test_a_trial_behind_the_best_on_easy_folds_is_not_told_to_be_ahead_of_it() -> None:
    job = a_job(2, size=600, folds=5)
    learner = Search(job, {"trials": 2, "rounds": 60, "starts": [HOPELESS, GOOD]})
    contract.run_to_the_end(learner)
    first, best = learner._first, learner._kept[0].validation
    assert first is not None
    gain = learner._gain(best, first)
    behind = 0.98 * best + 0.02 * first
    on_a_fold = [np.where((job.folds == fold)[:, None], behind, np.nan) for fold in range(5)]
    assert max(learner._gain(one, first) for one in on_a_fold) > gain  # though it is worse than the best there
    for answers in on_a_fold:
        tried = Tried(start(GOOD), answers, ("",))
        told, _ = learner._compared(learner._trial_of(tried, None))
        assert told < gain
    assert learner._compared(learner._trial_of(learner._kept[0], None))[0] == pytest.approx(gain)


def _loss(learner: Any, labels: Any) -> float:
    answers = learner.validation()
    return float(-np.log(answers[np.arange(len(labels)), labels.astype(int)]).mean())
