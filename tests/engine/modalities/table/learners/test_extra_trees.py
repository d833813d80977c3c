"""The ExtraTrees learner."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.arrays import Float32Array, IntArray
from engine.modalities.table.learners import extra_trees
from engine.modalities.table.learners.extra_trees import ExtraTrees
from engine.modalities.table.members.trees import TreesMember
from tests.engine.learners import contract
from tests.engine.modalities.table.tables import a_job, a_job_of_many_classes, a_job_with_words

SETTINGS: dict[str, Any] = {"trees": 12}


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_its_predictions_are_well_formed(classes: int) -> None:
    contract.predictions_are_well_formed(lambda: ExtraTrees(a_job(classes), SETTINGS))


def test_slices_of_any_length_end_alike() -> None:
    contract.tiny_slices_equal_one_long_one(lambda: ExtraTrees(a_job(2), SETTINGS))


def test_a_pause_ends_its_slice() -> None:
    contract.an_interrupted_slice_ends_soon(lambda: ExtraTrees(a_job(2), {"trees": 10**6}))


@pytest.mark.parametrize("classes", [0, 3])
def test_it_goes_on_after_a_restart(tmp_path: Path, classes: int) -> None:
    contract.restored_midway_goes_on_to_the_same_end(lambda: ExtraTrees(a_job(classes), SETTINGS), tmp_path / "a")
    contract.restored_when_done_is_done(lambda: ExtraTrees(a_job(classes), SETTINGS), tmp_path / "b")


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_its_saved_member_answers_the_same(tmp_path: Path, classes: int) -> None:
    contract.a_saved_member_answers_the_same(lambda: ExtraTrees(a_job(classes), SETTINGS), tmp_path / "m")


def test_its_forests_stay_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extra_trees, "NODES", 1_500)
    member = contract.run_to_the_end(ExtraTrees(a_job(2), {"trees": 400})).member()
    assert isinstance(member, TreesMember)
    assert sum(len(forest.feature) for _, forest in member.parts) < 2 * 1_500


def test_trees_of_a_large_table_see_a_draw_of_its_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extra_trees, "_FEWEST_ROWS", 50)
    monkeypatch.setattr(extra_trees, "_CELLS_A_TREE", 100)
    member = contract.run_to_the_end(ExtraTrees(a_job(2), SETTINGS)).member()
    assert isinstance(member, TreesMember)
    forests = [forest for _, forest in member.parts]
    assert all(len(forest.values) / len(forest.roots) < 25 for forest in forests)


def test_the_first_candidate_is_checked_on_every_fold() -> None:
    learner = ExtraTrees(a_job(2), {"trees": 50})
    contract.until_improved(learner, 0.0)
    assert np.isfinite(learner.validation()).all()
    assert learner.member().predict(learner.job.samples).shape == (len(learner.job.labels), 2)


def test_any_number_of_classes_is_told_apart(tmp_path: Path) -> None:
    make: contract.Factory = lambda: ExtraTrees(a_job_of_many_classes(), SETTINGS)  # noqa: E731
    contract.predictions_are_well_formed(make)
    contract.restored_midway_goes_on_to_the_same_end(make, tmp_path / "a", alike=1e-4)
    contract.a_saved_member_answers_the_same(make, tmp_path / "b")
    learner = contract.run_to_the_end(make())
    answers, labels = learner.validation(), learner.job.labels
    assert (answers[labels > 0.5].mean() - answers[labels < 0.5].mean()) > 0.3


def test_very_many_classes_of_a_few_rows_are_learned_from_without_a_warning_for_every_tree() -> None:
    job = a_job(2, size=120)
    task = replace(job.task, classes=tuple(f"class {number}" for number in range(60)))
    labels = np.arange(120) // 2
    learner = ExtraTrees(replace(job, task=task, labels=labels.astype(np.float64)), SETTINGS)
    contract.its_predictions_are_well_formed(contract.run_to_the_end(learner))


def test_it_learns_from_words_and_keeps_them(tmp_path: Path) -> None:
    make: contract.Factory = lambda: ExtraTrees(a_job_with_words(), SETTINGS)  # noqa: E731
    contract.a_saved_member_answers_the_same(make, tmp_path / "a")
    learner = contract.run_to_the_end(make())
    assert (learner.validation().argmax(axis=1) == learner.job.labels).mean() > 0.9


def test_its_forests_stay_small_with_many_outputs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extra_trees, "VALUES", 3_000)
    member = contract.run_to_the_end(ExtraTrees(a_job(3), {"trees": 400})).member()
    assert isinstance(member, TreesMember)
    assert sum(len(forest.feature) for _, forest in member.parts) < 2 * 1_000


def test_a_goal_that_comes_down_while_a_fold_begins_to_grow_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    learner = ExtraTrees(a_job(2), {"trees": 12})
    opened = learner._opened

    def lowered(fold: Any, learned: IntArray) -> tuple[Float32Array, Float32Array]:
        if fold.trees:
            learner._goal = fold.trees  # as another fold may do meanwhile
        return opened(fold, learned)

    monkeypatch.setattr(learner, "_opened", lowered)
    contract.run_to_the_end(learner)
    assert np.isfinite(learner.validation()).all()
