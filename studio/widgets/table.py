"""Tables in one look: the Tab key leaves them, and no cell breaks its line."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel
from PySide6.QtWidgets import QTableView


def table(model: QAbstractItemModel, name: str) -> QTableView:
    """Return a table of a model without numbers before its rows; ``name`` is what a screen reader calls it."""
    view = QTableView()
    view.setModel(model)
    view.setAccessibleName(name)
    view.setTabKeyNavigation(False)
    view.setWordWrap(False)
    view.verticalHeader().hide()
    return view


def table_of_lines(model: QAbstractItemModel, name: str) -> QTableView:
    """Return a table of which a person chooses one row as a whole."""
    view = table(model, name)
    view.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QTableView.SelectionMode.SingleSelection)
    view.setShowGrid(False)
    return view
