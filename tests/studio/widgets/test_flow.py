"""Widgets that wrap like words."""

from __future__ import annotations

from PySide6.QtCore import QRect
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from studio.widgets.flow import FlowLayout


def test_what_does_not_fit_goes_to_the_next_line(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    flow = FlowLayout(holder, gap=10, line_gap=5)
    labels = [QLabel(holder) for _ in range(3)]
    for label in labels:
        label.setFixedSize(40, 20)
        flow.addWidget(label)
    assert flow.heightForWidth(140) == 20
    assert flow.heightForWidth(100) == 45
    flow.setGeometry(QRect(0, 0, 100, 60))
    assert [(label.x(), label.y()) for label in labels] == [(0, 0), (50, 0), (0, 25)]


def test_things_are_taken_out_again(qtbot: QtBot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    flow = FlowLayout(holder)
    flow.addWidget(QLabel("one", holder))
    assert flow.takeAt(0) is not None
    assert flow.takeAt(0) is None
    assert flow.count() == 0
