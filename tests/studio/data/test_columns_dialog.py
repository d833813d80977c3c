"""What a column is used as is changed by keys, before a table is taken in and afterwards, undone and redone."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from engine.task import ColumnType, Kind
from labeling.importing import understand
from labeling.tables.anew import offered
from labeling.tables.together import KEEPS_TOGETHER
from studio.data.column_table import LEAVE_OUT, PREDICT, ColumnModel
from studio.data.columns_dialog import ColumnsDialog
from studio.data.screen import DataScreen
from studio.window import MainWindow
from tests.studio.label.test_screen import project_of


@pytest.fixture
def model(table: Path, window: MainWindow) -> ColumnModel:
    understanding = understand(table)
    return ColumnModel(offered(understanding), understanding.target, window)


def data_screen(window: MainWindow) -> DataScreen:
    screen = window.page("data")
    assert isinstance(screen, DataScreen)
    return screen


def dialog_of(window: MainWindow, qtbot: QtBot) -> ColumnsDialog:
    qtbot.waitUntil(lambda: data_screen(window).findChild(ColumnsDialog) is not None)
    found = data_screen(window).findChild(ColumnsDialog)
    assert isinstance(found, ColumnsDialog)
    qtbot.waitUntil(found.isVisible)
    return found


def test_the_model_is_a_proper_one(model: ColumnModel, qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(model)


def test_one_column_is_predicted_at_a_time(model: ColumnModel) -> None:
    assert [model.use(row) for row in range(3)] == ["number", "category", PREDICT]
    assert not model.is_other
    assert model.set_use(1, PREDICT)
    assert [model.use(row) for row in range(3)] == ["number", PREDICT, "category"]
    assert model.chosen().target == "colour"
    assert model.chosen().types == {"kind": ColumnType.CATEGORY}
    assert not model.set_use(2, "number")
    assert model.set_use(0, LEAVE_OUT)
    assert model.chosen().types == {"height": None, "kind": ColumnType.CATEGORY}


def test_one_column_keeps_rows_together_at_a_time(model: ColumnModel) -> None:
    assert not model.set_use(0, KEEPS_TOGETHER)
    assert model.set_use(1, KEEPS_TOGETHER)
    assert model.chosen().types == {"colour": ColumnType.GROUP}
    assert model.set_use(2, KEEPS_TOGETHER)
    assert [model.use(row) for row in range(3)] == ["number", "category", KEEPS_TOGETHER]


def test_a_column_of_the_project_is_read_otherwise_by_keys(
    window: MainWindow, table: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    assert window.session.open_project(project_of(table, tmp_path / "flowers"))
    library = window.session.library
    qtbot.waitUntil(lambda: len(library.listing) == 40)
    window.go("data")
    screen = data_screen(window)
    assert screen.browser.columns.isVisible()
    QTest.keyClick(screen, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    dialog = dialog_of(window, qtbot)
    assert not dialog.take.isEnabled()
    QTest.keyClick(dialog.table, Qt.Key.Key_C)
    assert dialog.model.use(0) == "category"
    QTest.keyClick(dialog.table, Qt.Key.Key_Down)
    QTest.keyClick(dialog.table, Qt.Key.Key_G)
    assert dialog.model.use(1) == KEEPS_TOGETHER
    QTest.keyClick(dialog.table, Qt.Key.Key_X)
    dialog.take.click()
    qtbot.waitUntil(lambda: library.listing.frame is not None and library.listing.frame.columns == ["height"])
    assert library.listing.frame is not None and not library.listing.frame["height"].dtype.is_numeric()
    assert window.session.undo_name == "Change how 2 columns are read"
    window.session.undo()
    qtbot.waitUntil(lambda: library.listing.frame is not None and library.listing.frame.columns == ["height", "colour"])
    assert library.listing.frame["height"].dtype.is_numeric()


def test_another_column_is_predicted_from_now_on(window: MainWindow, table: Path, tmp_path: Path, qtbot: QtBot) -> None:
    assert window.session.open_project(project_of(table, tmp_path / "flowers"))
    library = window.session.library
    qtbot.waitUntil(lambda: len(library.listing) == 40)
    window.go("data")
    data_screen(window).change_columns()
    dialog = dialog_of(window, qtbot)
    QTest.keyClick(dialog.table, Qt.Key.Key_P)
    dialog.take.click()
    qtbot.waitUntil(lambda: library.listing.target == "height")
    assert library.listing.kind is Kind.REGRESSION
    assert library.listing.labels[4] == 1.0
    window.session.undo()
    qtbot.waitUntil(lambda: library.listing.target == "kind")
    assert library.class_names == ["lily", "rose"]


def test_the_columns_of_a_drop_are_chosen_before_it_is_taken_in(window: MainWindow, table: Path, qtbot: QtBot) -> None:
    screen = data_screen(window)
    screen.drop([table])
    qtbot.waitUntil(lambda: screen.intake.shown is not None)
    assert screen.sheet.columns.isVisible()
    screen.sheet.columns.click()
    dialog = dialog_of(window, qtbot)
    QTest.keyClick(dialog.table, Qt.Key.Key_Down)
    QTest.keyClick(dialog.table, Qt.Key.Key_T)
    dialog.take.click()
    qtbot.waitUntil(lambda: screen.intake.shown is not None and bool(screen.intake.shown.types))
    assert screen.intake.shown is not None
    assert screen.intake.shown.types == (("colour", ColumnType.TEXT),)
    screen.sheet.take.click()
    qtbot.waitUntil(lambda: len(window.session.library.listing) == 40)
    project = window.session.project
    assert project is not None
    understanding = project.understanding()
    assert understanding is not None
    assert [column.type for column in understanding.columns] == [ColumnType.NUMBER, ColumnType.TEXT]


def test_return_shows_what_there_is(window: MainWindow, table: Path, qtbot: QtBot) -> None:
    understanding = understand(table)
    dialog = ColumnsDialog(offered(understanding), understanding.target, window)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    QTest.keyClick(dialog.table, Qt.Key.Key_Return)
    menu = dialog.table.menu
    assert [action.text() for action in menu.actions()] == ["number", "category", "text", PREDICT, LEAVE_OUT]
    assert [action.isChecked() for action in menu.actions()] == [True, False, False, False, False]
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert dialog.model.use(0) == "category"
    dialog.reject()


def test_a_table_that_is_gone_is_said_to_be(window: MainWindow, table: Path, tmp_path: Path, qtbot: QtBot) -> None:
    assert window.session.open_project(project_of(table, tmp_path / "flowers"))
    qtbot.waitUntil(lambda: len(window.session.library.listing) == 40)
    table.unlink()
    with qtbot.waitSignal(window.session.message) as told:
        data_screen(window).change_columns()
    assert "not there any more" in told.args[1]


def test_columns_of_what_is_not_looked_at_any_more_are_not_asked_about(
    window: MainWindow, table: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    assert window.session.open_project(project_of(table, tmp_path / "flowers"))
    qtbot.waitUntil(lambda: len(window.session.library.listing) == 40)
    window.go("data")
    screen = data_screen(window)
    more = tmp_path / "more.csv"
    more.write_text(table.read_text(encoding="utf-8"), encoding="utf-8")
    screen.drop([more])
    qtbot.waitUntil(lambda: screen.intake.shown is not None)
    screen.change_columns()
    screen.intake.refuse()
    qtbot.waitUntil(lambda: not screen.recolumning._busy and not window.session.background.busy)
    assert screen.findChild(ColumnsDialog) is None
    screen.change_columns()
    dialog_of(window, qtbot)
