"""One sample large with what is suggested for it: accept, correct, skip, and where one is led next."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from labeling.project import Project
from labeling.suggest.model import Suggestions
from studio.finding.wanted import By, Stand, Wanted
from studio.label.screen import LabelScreen
from studio.window import MainWindow

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def labels(screen: LabelScreen) -> list[str | None]:
    """Return the labels as the database has them."""
    project = screen.session.project
    assert isinstance(project, Project)
    found: list[str | None] = project.frame()["label"].to_list()
    return found


def press(screen: LabelScreen, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(screen, key)


def test_enter_accepts_what_is_suggested_and_goes_on(suggesting: LabelScreen) -> None:
    bar = suggesting.bench.suggestion
    assert suggesting.order.place == 4
    assert bar.words.text() == "Suggested: bolt, 97% sure"
    assert bar.accept.text() == "Accept (Return)"
    press(suggesting, Qt.Key.Key_Return)
    assert labels(suggesting)[4] == "bolt"
    assert suggesting.order.place == 5
    assert suggesting.session.undo_name == "Accept 'bolt'"
    press(suggesting, Qt.Key.Key_Enter)
    assert labels(suggesting)[5] == "nut"
    assert bar.words.text() == "Suggested: nut, 55% sure – doubtful, look twice"


def test_a_class_key_corrects_it(suggesting: LabelScreen) -> None:
    press(suggesting, Qt.Key.Key_2)
    assert labels(suggesting)[4] == "nut"
    assert suggesting.order.place == 5


def test_a_sample_without_a_suggestion_is_left_alone_by_enter(suggesting: LabelScreen) -> None:
    press(suggesting, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Right)
    assert suggesting.order.place == 8
    assert suggesting.bench.suggestion.words.text() == "No suggestion for this one yet."
    press(suggesting, Qt.Key.Key_Return)
    assert labels(suggesting)[8] is None
    assert suggesting.order.place == 8
    press(suggesting, Qt.Key.Key_Home)
    suggesting._go(0)
    assert suggesting.bench.suggestion.words.text() == "It has a label already."


def test_the_progress_says_how_good_suggestions_were(suggesting: LabelScreen) -> None:
    assert suggesting.bench._progress.text() == "4 / 9 labelled · suggestions 90% right so far (9 of 10)"


def test_u_goes_to_the_most_doubtful_and_then_to_the_next(suggesting: LabelScreen) -> None:
    places = []
    for _ in range(3):
        press(suggesting, Qt.Key.Key_U)
        places.append(suggesting.order.place)
    assert places == [6, 5, 4]


def test_u_follows_the_picks_before_anything_is_suggested(suggesting: LabelScreen) -> None:
    view = suggesting.session.view
    view.suggest(Suggestions(order=view.suggestions.order))
    press(suggesting, Qt.Key.Key_U)
    assert suggesting.order.place == 8


def test_the_order_of_use_is_followed_as_it_changes(suggesting: LabelScreen) -> None:
    view = suggesting.session.view
    view.show(Wanted(by=By.USEFUL, stand=Stand.UNLABELLED))
    assert view.rows == [8, 6, 5, 4, 7]
    suggesting._go(0)
    ids = suggesting.listing.ids
    view.suggest(replace(view.suggestions, order=(ids[7], ids[4])))
    press(suggesting, Qt.Key.Key_1)
    assert labels(suggesting)[8] == "bolt"
    assert suggesting.sample_id == ids[7]


def test_undo_shows_what_it_changed(suggesting: LabelScreen, window: MainWindow) -> None:
    press(suggesting, Qt.Key.Key_Return, Qt.Key.Key_Right, Qt.Key.Key_Right)
    assert suggesting.order.place == 7
    QTest.keyClick(window, Qt.Key.Key_Z, CONTROL)
    assert suggesting.order.place == 4
    assert suggesting.listing.labels[4] is None
    assert suggesting.bench.suggestion.words.text() == "Suggested: bolt, 97% sure"


def test_skipped_samples_stay_skipped_over_a_restart_and_are_taken_up_again(
    suggesting: LabelScreen, window: MainWindow, qtbot: QtBot
) -> None:
    press(suggesting, Qt.Key.Key_X)
    assert suggesting.order.place == 5
    assert window.session.undo_name == "Skip photo 4.png"
    assert window.session.project is not None
    path = window.session.project.path
    window.session.close_project()
    assert window.session.open_project(path)
    qtbot.waitUntil(lambda: len(suggesting.listing.skipped) == 1)
    assert suggesting.order.place == 5
    press(suggesting, Qt.Key.Key_Left)
    assert "skipped" in suggesting.bench._name.text()
    press(suggesting, Qt.Key.Key_Backspace)
    assert not suggesting.listing.skipped
    assert window.session.undo_name == "Take up photo 4.png again"


def test_what_is_filtered_is_walked_through_and_shown_in_words(suggesting: LabelScreen, qtbot: QtBot) -> None:
    QTest.keyClick(suggesting, Qt.Key.Key_F, CONTROL)
    search = suggesting.bench.finder.search
    qtbot.waitUntil(search.hasFocus)
    QTest.keyClicks(search, "photo 3")
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert suggesting.hasFocus()
    assert (suggesting.sample_id, len(suggesting.order)) == ("photo 3.png", 1)
    assert suggesting.bench.finder.sentence.text() == "Showing 1 of 9 photos, with “photo 3” in the name."
    press(suggesting, Qt.Key.Key_Right)
    assert suggesting.sample_id == "photo 3.png"
    QTest.mouseClick(suggesting.bench.finder.everything, Qt.MouseButton.LeftButton)
    assert len(suggesting.order) == 9
    assert suggesting.sample_id == "photo 3.png"


def test_a_filter_that_nothing_matches_says_so_with_a_way_back(suggesting: LabelScreen) -> None:
    view = suggesting.session.view
    view.show(Wanted(stand=Stand.SKIPPED))
    assert suggesting.bench._nothing.isVisible()
    press(suggesting, Qt.Key.Key_1, Qt.Key.Key_Return, Qt.Key.Key_X, Qt.Key.Key_Backspace, Qt.Key.Key_G)
    assert labels(suggesting)[4:] == [None] * 5
    view.clear()
    assert not suggesting.bench._nothing.isVisible()
    assert suggesting.bench.photo_stage.isVisible()


def test_a_sample_asked_for_is_shown_though_a_filter_leaves_it_out(suggesting: LabelScreen, window: MainWindow) -> None:
    window.session.view.show(Wanted(label="nut"))
    window.go("data")
    window.session.show_in_label("photo 8.png")
    assert suggesting.sample_id == "photo 8.png"
    assert window.session.view.wanted == Wanted()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_on_a_line_of_the_class_list_gives_that_class(suggesting: LabelScreen, key: Qt.Key) -> None:
    classes = suggesting.bench.panel.list
    classes.setFocus()
    classes.choose(1)
    QTest.keyClick(classes, key)
    assert labels(suggesting)[4] == "nut"


def test_classes_are_changed_by_keys_alone(suggesting: LabelScreen, window: MainWindow, qtbot: QtBot) -> None:
    panel, library = suggesting.bench.panel, window.session.library
    panel.list.setFocus()
    panel.list.choose(0)
    QTest.keyClick(panel.list, Qt.Key.Key_Down, CONTROL | SHIFT)
    assert library.class_names == ["nut", "bolt"]
    assert panel.chosen() == "bolt"
    QTest.keyClick(panel.list, Qt.Key.Key_F2)
    assert panel.field.hasFocus()
    QTest.keyClicks(panel.field, "nut")
    QTest.keyClick(panel.field, Qt.Key.Key_Return)
    assert panel.asked.text() == "“bolt” (2) and “nut” (2) become “nut” (4)."
    QTest.keyClick(panel.merge, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: library.counts() == {"nut": 4})
    assert window.session.undo_name == "Merge “bolt” into “nut”"
    QTest.keyClick(window, Qt.Key.Key_Z, CONTROL)
    qtbot.waitUntil(lambda: library.counts() == {"nut": 2, "bolt": 2})


def test_a_slash_and_a_part_of_a_name_give_a_class(suggesting: LabelScreen) -> None:
    QTest.keyClick(suggesting, Qt.Key.Key_Slash)
    field = suggesting.bench.panel.field
    assert field.hasFocus()
    QTest.keyClicks(field, "nu")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert labels(suggesting)[4] == "nut"
    assert (suggesting.order.place, suggesting.hasFocus()) == (5, True)


def test_a_class_that_was_renamed_does_not_come_back_by_what_was_suggested(suggesting: LabelScreen) -> None:
    suggesting.session.changes.rename_class("bolt", "screw")
    press(suggesting, Qt.Key.Key_Return)
    assert labels(suggesting)[4] is None
    assert "bolt" not in suggesting.session.library.class_names
