from __future__ import annotations

from collections.abc import Callable

from labeling.project import Project
from labeling.project.asked import Asked

MakeProject = Callable[..., Project]


def label(project: Project, sample: str, given: str, suggested: str, random: bool = True) -> None:
    project.set_labels({sample: given}, None, {sample: Asked(suggested, random)})


def test_what_was_right_is_counted_on_samples_drawn_at_random_alone(make_project: MakeProject) -> None:
    project = make_project([None] * 6)
    assert project.suggested_right() is None
    label(project, "0.png", "bolt", "bolt")
    label(project, "1.png", "nut", "bolt")
    label(project, "2.png", "nut", "bolt", random=False)
    project.set_label(["3.png"], "nut")
    assert project.suggested_right() == (1, 2)


def test_only_the_first_label_answers_a_suggestion(make_project: MakeProject) -> None:
    project = make_project(["bolt", None])
    label(project, "0.png", "nut", "nut")
    label(project, "1.png", "nut", "bolt")
    label(project, "1.png", "bolt", "bolt")
    assert project.suggested_right() == (0, 1)


def test_undone_labels_do_not_count_until_redone(make_project: MakeProject) -> None:
    project = make_project([None] * 3)
    label(project, "0.png", "bolt", "bolt")
    label(project, "1.png", "bolt", "nut")
    project.undo()
    assert project.suggested_right() == (1, 1)
    project.redo()
    assert project.suggested_right() == (1, 2)
    project.undo()
    label(project, "1.png", "nut", "nut")  # what was undone is gone for good
    assert project.suggested_right() == (2, 2)
