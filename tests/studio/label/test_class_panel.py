"""Classes are added, renamed and assigned beside the sample."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from studio.label.class_panel import ClassPanel


@pytest.fixture
def panel(qtbot: QtBot) -> ClassPanel:
    made = ClassPanel()
    qtbot.addWidget(made)
    made.resize(260, 400)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


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
    panel.show_classes({f"c{number}": number for number in range(12)}, "c3")
    rows = panel.list.classes.rows
    assert [row.key for row in rows[:10]] == [*"123456789", "0"]
    assert [row.count for row in rows] == list(range(12))
    chosen = panel.list.current()
    assert chosen is not None
    assert chosen.name == "c3"
    panel.show_classes({"c0": 1, "c1": 1}, None)
    assert panel.list.current() is None


def test_a_click_on_a_class_assigns_it(panel: ClassPanel, qtbot: QtBot) -> None:
    panel.show_classes({"bolt": 3, "nut": 0}, "bolt")
    place = panel.list.visualRect(panel.list.classes.index(1)).center()
    with qtbot.waitSignal(panel.assigned) as heard:
        QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert heard.args == ["nut"]


def test_the_class_shown_is_renamed_and_then_names_are_new_again(panel: ClassPanel, qtbot: QtBot) -> None:
    panel.show_classes({"bolt": 3, "nut": 0}, "nut")
    rename_button(panel).click()
    assert panel.field.text() == panel.field.selectedText() == "nut"
    with qtbot.waitSignals([panel.renamed, panel.left]), qtbot.assertNotEmitted(panel.added):
        QTest.keyClicks(panel.field, "wing nut")
        QTest.keyClick(panel.field, Qt.Key.Key_Return)
    with qtbot.waitSignal(panel.added) as heard:
        typed(panel, "washer")
    assert heard.args == ["washer"]


def test_escape_leaves_a_rename_undone(panel: ClassPanel, qtbot: QtBot) -> None:
    panel.show_classes({"bolt": 3}, "bolt")
    panel.begin_rename()
    with qtbot.waitSignal(panel.left), qtbot.assertNotEmitted(panel.renamed):
        QTest.keyClick(panel.field, Qt.Key.Key_Escape)
    assert panel.field.text() == ""
    with qtbot.assertNotEmitted(panel.renamed), qtbot.waitSignal(panel.added):
        typed(panel, "nut")


def test_renaming_is_offered_only_where_a_class_is_shown(panel: ClassPanel) -> None:
    panel.show_classes({}, None)
    assert not rename_button(panel).isVisible()
    panel.show_classes({"bolt": 3}, None)
    assert rename_button(panel).isVisible()
    assert not rename_button(panel).isEnabled()
    panel.show_classes({"bolt": 3}, "bolt")
    assert rename_button(panel).isEnabled()
    assert rename_button(panel).toolTip() == "Rename “bolt”"
