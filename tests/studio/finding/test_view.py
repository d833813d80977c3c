"""What is shown: the same rows for Data and Label, found anew when asked to, never moved by themselves."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from labeling.importing import read, understand
from labeling.project import Project
from labeling.suggest.model import Suggestions
from studio.finding.view import View, shuffled
from studio.finding.wanted import By, Stand, Wanted
from studio.session import Session


@pytest.fixture
def view(session: Session, suggestions: Suggestions) -> View:
    session.view.suggest(suggestions)
    return session.view


@pytest.mark.parametrize(
    ("wanted", "rows"),
    [
        (Wanted(), [0, 1, 2, 3, 4, 5, 6, 7, 8]),
        (Wanted(label="nut"), [1, 3]),
        (Wanted(stand=Stand.UNLABELLED), [4, 5, 6, 7, 8]),
        (Wanted(stand=Stand.SUGGESTED), [4, 5, 6]),
        (Wanted(stand=Stand.DOUBTFUL), [6]),
        (Wanted(stand=Stand.SKIPPED), [8]),
        (Wanted(suggested="nut"), [5, 6]),
        (Wanted(words="PHOTO 7"), [7]),
        (Wanted(stand=Stand.LABELLED, by=By.LABEL), [0, 2, 1, 3]),
        (Wanted(stand=Stand.UNLABELLED, by=By.DOUBT), [6, 5, 4, 7, 8]),
        (Wanted(stand=Stand.SUGGESTED, by=By.DOUBT, reverse=True), [4, 5, 6]),
        (Wanted(stand=Stand.UNLABELLED, by=By.USEFUL), [7, 5, 4, 6, 8]),
        (Wanted(by=By.ADDED, reverse=True), [8, 7, 6, 5, 4, 3, 2, 1, 0]),
    ],
)
def test_rows_match_what_is_wanted_in_its_order(view: View, wanted: Wanted, rows: list[int]) -> None:
    view.show(wanted)
    assert view.rows == rows
    assert view.places == {row: place for place, row in enumerate(rows)}


def test_chosen_samples_come_in_the_order_given_and_unknown_ones_are_passed_over(view: View) -> None:
    ids = view.listing.ids
    view.show(Wanted(ids=(ids[4], "gone", ids[0])))
    assert view.rows == [4, 0]


def test_an_order_by_chance_holds_until_another_is_asked_for(view: View) -> None:
    view.show(shuffled(view.wanted))
    first = view.rows
    assert sorted(first) == list(range(9))
    view.refresh()
    assert view.rows == first
    view.show(shuffled(view.wanted))
    assert view.rows != first


def test_labels_and_suggestions_move_nothing_until_it_is_found_anew(view: View, session: Session) -> None:
    view.show(Wanted(stand=Stand.SUGGESTED))
    assert not view.stale
    session.set_label([view.listing.ids[4]], "bolt", "Label one")
    assert view.rows == [4, 5, 6]
    assert view.stale
    assert view.suggestion(4) is None
    view.refresh()
    assert view.rows == [5, 6]
    assert not view.stale
    view.suggest(Suggestions())
    assert view.stale


def test_what_is_shown_is_said_in_a_sentence(view: View) -> None:
    assert view.words() == "9 photos"
    view.show(Wanted(stand=Stand.UNLABELLED, suggested="nut"))
    assert view.words() == "2 of 9 photos, without a label, suggested “nut”"
    view.clear()
    assert view.words() == "9 photos"


def test_skipped_samples_are_never_suggested_for(view: View, session: Session) -> None:
    assert [s.sample for s in view.open_suggestions(range(9))] == [view.listing.ids[row] for row in (4, 5, 6)]
    session.changes.skip([view.listing.ids[5]], True, "Skip one")
    assert [s.sample for s in view.open_suggestions(range(9))] == [view.listing.ids[row] for row in (4, 6)]


def test_another_project_is_shown_whole(
    view: View, session: Session, photos: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    view.show(Wanted(stand=Stand.SKIPPED))
    understanding = understand(photos)
    with Project.create(tmp_path / "other") as project:
        project.add(understanding, read(understanding))
    assert session.open_project(tmp_path / "other")
    qtbot.waitUntil(lambda: len(view.listing) == 12)
    assert view.wanted == Wanted()
    assert len(view.rows) == 12


def test_rows_of_a_table_are_found_by_their_values(table: Path, tmp_path: Path, qtbot: QtBot) -> None:
    understanding = understand(table)
    with Project.create(tmp_path / "flowers") as project:
        project.add(understanding, read(understanding))
    session = Session()
    try:
        assert session.open_project(tmp_path / "flowers")
        qtbot.waitUntil(lambda: len(session.library.listing) == 40)
        session.view.show(Wanted(words="blue", label="lily"))
        frame = session.library.listing.frame
        assert frame is not None
        assert session.view.rows
        assert {frame["colour"][row] for row in session.view.rows} == {"blue"}
        assert {session.library.listing.labels[row] for row in session.view.rows} == {"lily"}
    finally:
        session.close()


def test_among_very_many_the_old_rows_stand_until_others_are_found(
    view: View, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.finding.view.MANY", 1)
    with qtbot.waitSignal(view.changed):
        view.show(Wanted(words="photo"))
        view.show(Wanted(label="nut"))
        assert view.rows == list(range(9))
    assert view.rows == [1, 3]
    assert view.places == {1: 0, 3: 1}
    view.show(Wanted(words="photo"))
    view.show_all_now()
    with qtbot.assertNotEmitted(view.changed, wait=100):
        assert view.rows == list(range(9))
    view.close()


def test_classes_that_are_gone_are_not_suggested(view: View, session: Session) -> None:
    assert len(view.open_suggestions(range(9))) == 3
    session.changes.remove_class("nut")
    assert [one.sample for one in view.open_suggestions(range(9))] == [view.listing.ids[4]]
    assert view.suggestion(4) is not None and view.suggestion(5) is None
