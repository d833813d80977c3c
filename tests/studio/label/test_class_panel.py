"""Classes are added, renamed and assigned beside the sample."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from labeling.project import ClassInfo
from studio.label.class_panel import ClassPanel
from studio.label.colour_choice import ColourChoice
from studio.listing import Label
from studio.theme import class_colour


@pytest.fixture
def panel(qtbot: QtBot) -> ClassPanel:
    made = ClassPanel(lambda _old, _new: 52)
    qtbot.addWidget(made)
    made.resize(260, 400)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def show(panel: ClassPanel, counts: dict[str, int], label: Label) -> None:
    """Show classes with the keys that their places give them."""
    keys = "1234567890-="
    infos = [ClassInfo(name, counts[name], keys[place : place + 1]) for place, name in enumerate(counts)]
    panel.show_classes(infos, counts, label)


def rename_button(panel: ClassPanel) -> QPushButton:
    (found,) = [one for one in panel.findChildren(QPushButton) if one.text() == "Rename…"]
    return found


def typed(panel: ClassPanel, words: str) -> None:
    panel.field.clear()
    QTest.keyClicks(panel.field, words)
    QTest.keyClick(panel.field, Qt.Key.Key_Return)


def test_a_name_is_added_without_spare_spaces_and_the_next_can_follow(panel: ClassPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.added) as heard:
        typed(panel, "  hex   bolt ")
    assert heard.args == ["hex bolt"]
    assert panel.field.text() == ""


def test_nothing_typed_adds_nothing(panel: ClassPanel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(panel.added):
        typed(panel, "   ")


def test_classes_have_their_keys_and_counts_and_the_samples_own_is_chosen(panel: ClassPanel) -> None:
    show(panel, {f"c{number}": number for number in range(12)}, "c3")
    rows = panel.list.classes.rows
    assert [row.key for row in rows[:10]] == [*"123456789", "0"]
    assert [row.count for row in rows] == list(range(12))
    chosen = panel.list.current()
    assert chosen is not None
    assert chosen.name == "c3"
    show(panel, {"c0": 1, "c1": 1}, None)
    assert panel.list.current() is None


def test_a_click_on_a_class_assigns_it(panel: ClassPanel, qtbot: QtBot) -> None:
    show(panel, {"bolt": 3, "nut": 0}, "bolt")
    place = panel.list.visualRect(panel.list.classes.index(1)).center()
    with qtbot.waitSignal(panel.assigned) as heard:
        QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert heard.args == ["nut"]


def test_the_class_shown_is_renamed_and_then_names_are_new_again(panel: ClassPanel, qtbot: QtBot) -> None:
    show(panel, {"bolt": 3, "nut": 0}, "nut")
    rename_button(panel).click()
    assert panel.field.text() == panel.field.selectedText() == "nut"
    with qtbot.waitSignals([panel.renamed, panel.left]), qtbot.assertNotEmitted(panel.added):
        QTest.keyClicks(panel.field, "wing nut")
        QTest.keyClick(panel.field, Qt.Key.Key_Return)
    with qtbot.waitSignal(panel.added) as heard:
        typed(panel, "washer")
    assert heard.args == ["washer"]


def test_escape_leaves_a_rename_undone(panel: ClassPanel, qtbot: QtBot) -> None:
    show(panel, {"bolt": 3}, "bolt")
    panel.begin_rename()
    with qtbot.waitSignal(panel.left), qtbot.assertNotEmitted(panel.renamed):
        QTest.keyClick(panel.field, Qt.Key.Key_Escape)
    assert panel.field.text() == ""
    with qtbot.assertNotEmitted(panel.renamed), qtbot.waitSignal(panel.added):
        typed(panel, "nut")


def test_renaming_is_offered_only_where_a_class_is_shown(panel: ClassPanel) -> None:
    show(panel, {}, None)
    assert not rename_button(panel).isVisible()
    show(panel, {"bolt": 3}, None)
    assert rename_button(panel).isVisible()
    assert not rename_button(panel).isEnabled()
    show(panel, {"bolt": 3}, "bolt")
    assert rename_button(panel).isEnabled()
    assert rename_button(panel).toolTip() == "Rename “bolt”"


def test_the_name_of_another_class_merges_the_two_once_that_was_said(panel: ClassPanel, qtbot: QtBot) -> None:
    show(panel, {"nuts": 12, "nut": 40}, "nuts")
    panel.begin_rename()
    with qtbot.assertNotEmitted(panel.renamed):
        typed(panel, "nut")
    assert panel.question.isVisible()
    assert panel.asked.text() == "“nuts” (12) and “nut” (40) become “nut” (52)."
    assert panel.merge.hasFocus()
    with qtbot.waitSignal(panel.renamed) as heard:
        QTest.keyClick(panel.merge, Qt.Key.Key_Space)
    assert heard.args == ["nuts", "nut"]
    assert not panel.question.isVisible()


def test_keeping_both_renames_nothing(panel: ClassPanel, qtbot: QtBot) -> None:
    show(panel, {"nuts": 12, "nut": 40}, "nuts")
    panel.begin_merge()
    typed(panel, "nut")
    with qtbot.waitSignal(panel.left), qtbot.assertNotEmitted(panel.renamed):
        QTest.keyClick(panel.keep, Qt.Key.Key_Space)


def test_the_menu_of_a_class_does_what_it_says(panel: ClassPanel, qtbot: QtBot) -> None:
    show(panel, {"bolt": 3, "nut": 0, "washer": 1}, "nut")
    panel._fill_menu()
    actions = {action.text(): action for action in panel._menu.actions()}
    assert list(actions) == [
        "Rename…",
        "Key (2)…",
        "Colour…",
        "Move up",
        "Move down",
        "",
        "Merge into another…",
        "Remove",
    ]
    for title, signal, args in (
        ("Move up", panel.moved, ["nut", -1]),
        ("Move down", panel.moved, ["nut", 1]),
        ("Key (2)…", panel.key_wanted, ["nut"]),
        ("Remove", panel.removed, ["nut"]),
    ):
        with qtbot.waitSignal(signal) as heard:
            actions[title].trigger()
        assert heard.args == args


def test_a_colour_is_chosen_from_those_shown(panel: ClassPanel, qtbot: QtBot) -> None:
    show(panel, {"bolt": 3}, "bolt")
    panel.choose_colour()
    choice = panel.findChild(ColourChoice)
    assert isinstance(choice, ColourChoice)
    names = [swatch.accessibleName() for swatch in choice.swatches]
    assert len(set(names)) == len(names)
    with qtbot.waitSignal(panel.coloured) as heard:
        QTest.mouseClick(choice.swatches[1], Qt.MouseButton.LeftButton)
    assert heard.args == ["bolt", class_colour(1).name()]


def test_a_class_walked_to_by_keys_stays_chosen_when_the_sample_changes(panel: ClassPanel) -> None:
    show(panel, {"bolt": 3, "nut": 0}, None)
    panel.list.setFocus()
    panel.list.choose(1)
    show(panel, {"bolt": 3, "nut": 1}, None)
    assert panel.chosen() == "nut"


def test_a_class_is_found_by_a_part_of_its_name_and_given(panel: ClassPanel, qtbot: QtBot) -> None:
    show(panel, {"hex bolt": 3, "nut": 0, "bolt": 1}, None)
    panel.begin_give()
    QTest.keyClicks(panel.field, "bo")
    assert panel.chosen() == "bolt"
    panel.field.clear()
    QTest.keyClicks(panel.field, "X B")
    assert panel.chosen() == "hex bolt"
    with qtbot.waitSignals([panel.left, panel.assigned]):
        QTest.keyClick(panel.field, Qt.Key.Key_Return)
    with qtbot.assertNotEmitted(panel.assigned), qtbot.waitSignal(panel.added):
        typed(panel, "washer")


def test_a_part_that_no_name_has_is_said(panel: ClassPanel, qtbot: QtBot) -> None:
    show(panel, {"nut": 0}, None)
    panel.begin_give()
    with qtbot.assertNotEmitted(panel.assigned):
        typed(panel, "screw")
    assert panel.hint.text() == "No class has “screw” in its name. Esc leaves."


def test_a_menu_is_about_the_class_it_was_opened_on(panel: ClassPanel, qtbot: QtBot) -> None:
    show(panel, {"bolt": 3, "nut": 0}, "nut")
    panel.list.choose(0)
    panel._fill_menu()
    panel.list.choose(1)
    actions = {action.text(): action for action in panel._menu.actions()}
    with qtbot.waitSignal(panel.removed) as heard:
        actions["Remove"].trigger()
    assert heard.args == ["bolt"]


def test_a_class_chosen_for_something_stays_chosen_while_the_sample_does(panel: ClassPanel) -> None:
    show(panel, {"bolt": 3, "nut": 0}, "nut")
    panel.list.choose(0)
    rename_button(panel).setFocus()
    show(panel, {"bolt": 4, "nut": 0}, "nut")
    assert panel.chosen() == "bolt"
    show(panel, {"bolt": 4, "nut": 0}, None)
    assert panel.chosen() is None


def test_enter_assigns_the_class_walked_to(panel: ClassPanel, qtbot: QtBot) -> None:
    show(panel, {"bolt": 3, "nut": 0}, "bolt")
    panel.list.setFocus()
    QTest.keyClick(panel.list, Qt.Key.Key_Down)
    with qtbot.waitSignal(panel.assigned) as heard:
        QTest.keyClick(panel.list, Qt.Key.Key_Return)
    assert heard.args == ["nut"]


def test_merging_into_a_class_that_is_not_there_renames_nothing(panel: ClassPanel, qtbot: QtBot) -> None:
    show(panel, {"nuts": 12, "Nut": 40}, "nuts")
    panel.begin_merge()
    with qtbot.assertNotEmitted(panel.renamed):
        typed(panel, "nutt")
    assert panel.hint.text().startswith("No other class is called “nutt”.")
    typed(panel, "nut")
    assert panel.asked.text() == "“nuts” (12) and “Nut” (40) become “Nut” (52)."
