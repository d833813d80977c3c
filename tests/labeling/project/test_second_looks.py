from __future__ import annotations

from collections.abc import Callable

import pytest

from labeling.agreement import agreement
from labeling.errors import ProjectError
from labeling.project import Project

MakeProject = Callable[..., Project]


def test_a_round_is_kept_across_restarts_and_answered_bit_by_bit(make_project: MakeProject) -> None:
    project = make_project(["bolt", "nut"] * 20 + [None] * 5)
    look = project.second_looks.begin()
    assert look.owed == len(look.samples) == 10
    assert all(one.first is not None and one.second is None for one in look.samples)
    asked = look.samples[0]
    other = "nut" if asked.first == "bolt" else "bolt"
    project.second_looks.answer(look.id, asked.sample, asked.first)
    project.second_looks.answer(look.id, asked.sample, other)
    project.second_looks.answer(look.id, look.samples[1].sample, look.samples[1].first)
    project.close()
    with Project.open(project.path) as again:
        latest = again.second_looks.latest()
        assert latest is not None
        assert latest.owed == 8
        found = agreement(latest.samples)
    assert (found.answered, found.same) == (2, 1)
    assert [(one.sample, one.second) for one in found.differing] == [(asked.sample, other)]


def test_answers_are_no_labels_and_leave_the_history_alone(make_project: MakeProject) -> None:
    project = make_project(["bolt", "nut"] * 10)
    before, history = [sample.label for sample in project.page()], project.history()
    look = project.second_looks.begin()
    for one in look.samples:
        project.second_looks.answer(look.id, one.sample, "washer")
    assert [sample.label for sample in project.page()] == before
    assert project.history() == history
    assert [info.name for info in project.classes()] == ["bolt", "nut"]


def test_the_label_of_then_counts_even_if_it_was_changed_since(make_project: MakeProject) -> None:
    project = make_project(["bolt"] * 12)
    look = project.second_looks.begin()
    sample = look.samples[0].sample
    project.second_looks.answer(look.id, sample, "nut")
    project.set_label([sample], "nut")
    latest = project.second_looks.latest()
    assert latest is not None
    assert (latest.samples[0].first, latest.samples[0].second) == ("bolt", "nut")


def test_each_round_draws_others_but_a_seed_the_same(make_project: MakeProject) -> None:
    project = make_project(["bolt"] * 100)
    rounds = [project.second_looks.begin(seed).samples for seed in (None, None, 7, 7)]
    assert rounds[0] != rounds[1]
    assert rounds[2] == rounds[3]


def test_a_round_can_be_dropped(make_project: MakeProject) -> None:
    project = make_project(["bolt"] * 12)
    assert project.second_looks.latest() is None
    project.second_looks.drop(project.second_looks.begin().id)
    assert project.second_looks.latest() is None


def test_without_labels_there_is_nothing_to_look_at_again(make_project: MakeProject) -> None:
    with pytest.raises(ProjectError, match="Label some first"):
        make_project([None, None]).second_looks.begin()


def test_classes_that_are_called_otherwise_now_are_not_compared(make_project: MakeProject) -> None:
    project = make_project(["bolt", "nut"] * 5)
    project.second_looks.begin(seed=0)
    assert firsts(project) == {"bolt", "nut"}
    project.rename_class("bolt", "screw")
    assert firsts(project) == {"nut"}
    project.undo()
    assert firsts(project) == {"bolt", "nut"}


def firsts(project: Project) -> set[object]:
    latest = project.second_looks.latest()
    assert latest is not None
    return {one.first for one in latest.samples}
