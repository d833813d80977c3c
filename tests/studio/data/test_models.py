"""The models behind the grid, the table and the lists keep Qt's rules."""

from __future__ import annotations

import polars as pl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from engine.task import Kind, Modality
from studio.data.grid_model import ID, LABEL, PIXMAP, GridModel
from studio.data.table_model import TableModel
from studio.label.row_stage import ValuesModel
from studio.listing import Listing
from studio.picture_loader import PictureLoader
from studio.widgets.class_list import ClassModel, ClassRow

PHOTOS = Listing(Modality.IMAGE, ["a.png", "b.png", "c.png"], ["/a", "/b", "/c"], ["1", "2", "3"], ["x", None, "y"])


@pytest.fixture
def check(qtmodeltester: ModelTester) -> ModelTester:
    return qtmodeltester


def test_the_grid_keeps_the_rules(check: ModelTester, qtbot: QtBot) -> None:
    loader = PictureLoader(lambda _path, _content: QImage(4, 4, QImage.Format.Format_RGB32))
    model = GridModel(loader)
    model.show_rows(PHOTOS, [2, 0])
    check.check(model)
    assert [model.index(place).data(ID) for place in range(2)] == ["c.png", "a.png"]
    assert model.index(0).data(LABEL) == "y"
    assert model.place_of("b.png") is None
    with qtbot.waitSignal(model.dataChanged):
        assert model.index(1).data(PIXMAP) is None
    assert model.index(1).data(PIXMAP) is not None
    loader.close()


def test_the_table_reads_far_rows_a_page_at_a_time(check: ModelTester) -> None:
    count = 5000
    frame = pl.DataFrame({"town": [f"t{n}" for n in range(count)], "size": [n / 2 for n in range(count)]})
    labels = ["a" if n % 2 else None for n in range(count)]
    listing = Listing(Modality.TABLE, [str(n) for n in range(count)], labels=list(labels), frame=frame, target="kind")
    model = TableModel()
    model.show_rows(listing, list(range(count))[::-1])
    assert model.index(0, 1).data() == "t4999"
    assert model.index(4999, 2).data() == "0"
    assert model.index(0, 0).data() == "a"
    assert model.index(1, 0).data() == "–"
    assert model.headerData(0, Qt.Orientation.Horizontal) == "kind"
    assert model.headerData(0, Qt.Orientation.Vertical) == "5000"
    model.show_rows(listing, [3, 1, 2])
    check.check(model)


def test_numbers_stand_at_the_right(check: ModelTester) -> None:
    frame = pl.DataFrame({"town": ["t"], "size": [1.5]})
    model = TableModel()
    model.show_rows(Listing(Modality.TABLE, ["0"], labels=[2.0], frame=frame, kind=Kind.REGRESSION), [0])
    sides = [model.index(0, column).data(Qt.ItemDataRole.TextAlignmentRole) for column in range(3)]
    assert [bool(side & Qt.AlignmentFlag.AlignRight) for side in sides] == [True, False, True]
    check.check(model)


def test_the_class_list_keeps_the_rules(check: ModelTester) -> None:
    model = ClassModel()
    model.show_rows([ClassRow("bolt", 3, 0, "1"), ClassRow("nut", 0, 1, "2")])
    check.check(model)
    assert model.index(0).data(Qt.ItemDataRole.AccessibleTextRole) == "bolt, 3, key 1"
    model.show_rows([ClassRow("bolt", 4, 0, "1"), ClassRow("nut", 0, 1, "2")])
    assert model.rows[0].count == 4


def test_a_rows_values_keep_the_rules(check: ModelTester) -> None:
    model = ValuesModel()
    model.show_cells([("height", "1.25"), ("colour", "")])
    check.check(model)
    assert [model.index(line, 1).data() for line in range(2)] == ["1.25", "–"]
