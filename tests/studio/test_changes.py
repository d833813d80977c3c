"""Changes are committed, named, undone and redone, and what undo did is followed without reading all anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from engine.task import Kind
from labeling.annotations.model import Box
from labeling.importing import read, understand
from labeling.project import Project
from studio.session import Session
from studio.theme import class_colour


@pytest.fixture
def session(photos: Path, tmp_path: Path, qtbot: QtBot) -> Iterator[Session]:
    understanding = understand(photos)
    with Project.create(tmp_path / "twelve") as project:
        project.add(understanding, read(understanding))
    made = Session()
    assert made.open_project(tmp_path / "twelve")
    qtbot.waitUntil(lambda: len(made.library.listing) == 12)
    yield made
    made.close()


def test_labels_given_at_once_are_one_change(session: Session, qtbot: QtBot) -> None:
    ids, labels = session.library.listing.ids, session.library.listing.labels
    with qtbot.waitSignal(session.changes.changed):
        assert session.changes.set_labels({ids[0]: "nut", ids[1]: "washer"}, "Correct two")
    assert labels[:2] == ["nut", "washer"]
    assert session.library.counts() == {"bolt": 2, "nut": 5, "washer": 5}
    assert session.undo_name == "Correct two"
    assert not session.changes.set_labels({ids[0]: "nut"}, "Nothing new")


def test_undo_and_redo_of_labels_show_at_once_what_they_changed(session: Session, qtbot: QtBot) -> None:
    ids, labels = session.library.listing.ids, session.library.listing.labels
    session.changes.set_labels({ids[0]: "nut", ids[5]: "bolt"}, "Correct two")
    with qtbot.waitSignal(session.changes.turned) as heard:
        session.undo()
    assert heard.args == [[ids[0], ids[5]]]
    assert labels[0] == "bolt"
    assert session.library.counts() == {"bolt": 4, "nut": 4, "washer": 4}
    session.redo()
    assert labels[0] == "nut"


def test_a_new_class_goes_away_with_the_label_that_made_it(session: Session, qtbot: QtBot) -> None:
    session.set_label([session.library.listing.ids[0]], "screw", "Label one")
    assert session.library.class_names[-1] == "screw"
    session.undo()
    qtbot.waitUntil(lambda: "screw" not in session.library.class_names)
    qtbot.waitUntil(lambda: session.library.listing.labels[0] == "bolt")


def test_skipping_is_followed_and_undone(session: Session, qtbot: QtBot) -> None:
    ids = session.library.listing.ids
    session.changes.skip(ids[:2], True, "Skip 2 photos")
    assert session.library.listing.skipped == set(ids[:2])
    session.undo()
    qtbot.waitUntil(lambda: not session.library.listing.skipped)


def test_classes_are_coloured_keyed_and_moved(session: Session, qtbot: QtBot) -> None:
    session.changes.colour_class("nut", "#123456")
    assert class_colour(1).name() == "#123456"
    session.changes.key_class("nut", "Q")
    assert session.library.class_of_key("Q") == "nut"
    assert session.library.class_of_key("2") is None
    session.changes.move_class("nut", -1)
    assert session.library.class_names == ["nut", "bolt", "washer"]
    assert class_colour(0).name() == "#123456"
    for _ in range(3):
        session.undo()
    qtbot.waitUntil(lambda: session.library.class_names == ["bolt", "nut", "washer"])
    qtbot.waitUntil(lambda: class_colour(1).name() != "#123456")


def test_two_classes_become_one_and_two_again(session: Session, qtbot: QtBot) -> None:
    assert session.changes.merged_count("nut", "bolt") == 8
    session.changes.rename_class("nut", "bolt")
    qtbot.waitUntil(lambda: session.library.counts() == {"bolt": 8, "washer": 4})
    session.undo()
    qtbot.waitUntil(lambda: session.library.counts() == {"bolt": 4, "nut": 4, "washer": 4})


def test_one_goes_back_in_the_history_and_forward_again(session: Session, qtbot: QtBot) -> None:
    ids = session.library.listing.ids
    for number in range(3):
        session.set_label([ids[number]], "washer", f"Label {number}")
    assert session.project is not None
    newest, _, first = (entry.id for entry in session.project.history(3))
    assert session.changes.go_to(first) == 2
    qtbot.waitUntil(lambda: session.library.listing.labels[:3] == ["washer", "bolt", "bolt"])
    assert session.redo_name == "Label 1"
    assert session.changes.go_to(newest) == 2
    qtbot.waitUntil(lambda: session.library.listing.labels[:3] == ["washer"] * 3)


def test_what_cannot_be_saved_is_told_and_changes_nothing(session: Session, qtbot: QtBot) -> None:
    with qtbot.waitSignal(session.message) as heard:
        session.changes.add_class("nut")
    assert heard.args == ["warning", "There is a class “nut” already. Choose another name."]
    assert session.library.class_names == ["bolt", "nut", "washer"]


def test_classes_of_a_whole_photo_stay_beside_those_of_its_boxes(photos: Path, tmp_path: Path, qtbot: QtBot) -> None:
    understanding = understand(photos, kind=Kind.MULTILABEL)
    with Project.create(tmp_path / "boxed") as project:
        project.add(understanding, read(understanding))
    session = Session()
    assert session.open_project(tmp_path / "boxed")
    qtbot.waitUntil(lambda: len(session.library.listing) == 12)
    first = session.library.listing.ids[0]
    session.set_marks(first, [Box("nut", 0, 0, 4, 4)], "Draw a box")
    assert session.library.listing.labels[0] == ("bolt", "nut")
    assert session.library.counts() == {"bolt": 4, "nut": 5, "washer": 4}
    session.close()
