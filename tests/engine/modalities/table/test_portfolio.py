"""The order of the table learners."""

from __future__ import annotations

import numpy as np
import pytest

from engine.budget import Deadline
from engine.learners import LEARNERS, learner_class
from engine.modalities.table.portfolio import portfolio
from engine.task import Kind, Modality, Task
from tests.engine.modalities.table.tables import a_job, a_task


def test_every_entry_has_a_name_of_its_own_and_a_registered_learner() -> None:
    entries = portfolio(a_task(), 10_000, "cpu")
    assert len({entry.name for entry in entries}) == len(entries)
    assert {entry.kind for entry in entries} <= set(LEARNERS)
    assert entries[0].first_slice > 0


@pytest.mark.parametrize(("classes", "size"), [(0, 300), (2, 300), (0, 20_000), (2, 20_000)])
def test_a_search_and_a_network_come_before_what_is_tried_again_with_another_seed(classes: int, size: int) -> None:
    kinds = [entry.kind for entry in portfolio(a_task(classes), size, "cpu")]
    names = [entry.name for entry in portfolio(a_task(classes), size, "cpu")]
    last = names.index("LightGBM, smoothed, again 2")
    assert max(kinds.index("table.search"), kinds.index("table.network")) < last


@pytest.mark.parametrize("classes", [0, 2, 4])
def test_every_entry_can_be_begun_and_a_card_is_given_the_same(classes: int) -> None:
    job = a_job(classes, 120)
    entries = portfolio(job.task, 120, "cuda")
    assert entries == portfolio(job.task, 120, "cpu")
    for entry in entries:
        learner_class(entry.kind)(job, entry.settings).advance(Deadline(0.0))


def test_the_settings_that_the_search_starts_from_lie_in_its_space() -> None:
    entries = {entry.kind: entry for entry in portfolio(a_task(), 2000, "cpu")}
    search = learner_class("table.search")(a_job(2), entries["table.search"].settings)
    assert search.settings["starts"]


@pytest.mark.parametrize(("classes", "size"), [(0, 300), (2, 300), (4, 300), (2, 4000)])
def test_the_first_candidate_comes_within_the_first_slice(classes: int, size: int) -> None:
    job = a_job(classes, size)
    entry = portfolio(job.task, size, "cpu")[0]
    learner = learner_class(entry.kind)(job, entry.settings)
    assert learner.advance(Deadline(10 * entry.first_slice)).improved
    checked = np.isfinite(learner.validation()[:, 0]).sum()
    assert checked == (size if size == 300 else np.count_nonzero(job.folds == 0))


def test_few_rows_of_very_many_columns_are_looked_at_sooner() -> None:
    narrow, wide = (portfolio(a_task(columns=a_task().columns * many), 200, "cpu")[0] for many in (1, 1000))
    first, sooner = narrow.settings["stages"][0], wide.settings["stages"][0]
    assert sooner["rounds"] == first["rounds"] == first["step"] > sooner["step"]


def test_a_table_with_many_columns_begins_with_fewer_rows() -> None:
    narrow = portfolio(a_task(), 100_000, "cpu")[0].settings["stages"][0]
    wide = portfolio(a_task(columns=a_task().columns * 50), 100_000, "cpu")[0].settings["stages"][0]
    assert wide["rows"] < narrow["rows"] <= 3000


def test_many_classes_begin_with_fewer_rounds() -> None:
    assert portfolio(a_task(8), 1000, "cpu")[0].settings["stages"][0]["rounds"] == 10


def test_hundreds_of_classes_are_left_to_what_does_not_grow_a_tree_for_each() -> None:
    names = tuple(f"class {number}" for number in range(300))
    task = Task(Modality.TABLE, Kind.MULTICLASS, names, target="y", columns=a_task().columns)
    assert [entry.kind for entry in portfolio(task, 5000, "cpu")] == ["table.extra_trees", "table.linear"]
