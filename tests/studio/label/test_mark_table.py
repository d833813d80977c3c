"""The list of marks follows the editor, in reading order, and says what cannot be."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from labeling.annotations.model import Span
from studio.label.mark_table import MarkTable
from studio.label.reading import Reading

SPANS = (Span("b", 8, 12), Span("a", 0, 3))


@pytest.fixture
def reading(qtbot: QtBot) -> Reading:
    made = Reading()
    qtbot.addWidget(made)
    made.stage.show_text("one two three")
    made.show_spans(SPANS, True, {"a": 0, "b": 1})
    return made


def cells(table: MarkTable, row: int) -> list[str]:
    model = table.marks
    return [str(model.index(row, column).data()) for column in range(model.columnCount())]


def test_marks_are_listed_in_reading_order(reading: Reading, qtmodeltester: ModelTester) -> None:
    table = reading.table
    assert table.marks.rowCount() == 2
    assert [cells(table, row)[1:] for row in (0, 1)] == [["0", "3", "a"], ["8", "12", "b"]]
    assert [table.marks.at(row) for row in (0, 1)] == [1, 0]
    said = table.marks.index(1, 3).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Class: b"
    qtmodeltester.check(table.marks)


def test_what_makes_no_sense_is_refused(reading: Reading, qtbot: QtBot) -> None:
    model = reading.table.marks
    for column, words in ((1, "nine"), (1, "3"), (2, "-4"), (2, "999"), (3, "  ")):
        with qtbot.waitSignal(model.refused) as told:
            assert not model.setData(model.index(0, column), words)
        assert "makes no sense" in told.args[0]
    with qtbot.waitSignal(model.wanted) as wanted:
        assert model.setData(model.index(0, 1), "1")
    assert wanted.args == [1, Span("a", 1, 3)]
    with qtbot.assertNotEmitted(model.wanted):
        model.setData(model.index(0, 1), "1")


def test_there_is_no_list_where_there_are_no_marks(reading: Reading) -> None:
    reading.show()
    assert reading.table.isVisible()
    reading.show_spans((), True, {})
    assert not reading.table.isVisible()


def test_what_is_being_typed_is_not_disturbed(reading: Reading, qtbot: QtBot) -> None:
    reading.show()
    table = reading.table
    table.setCurrentIndex(table.marks.index(0, 2))
    table.edit(table.currentIndex())
    field = table.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    field.setText("4")
    reading.show_spans(SPANS, True, {"a": 0, "b": 1})
    assert field.text() == "4"
