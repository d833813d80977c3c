"""The files that were left out, and why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFileDialog,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from studio.theme import SPACE
from studio.widgets.basics import button, row, text

if TYPE_CHECKING:
    from labeling.batch import Problem

_SHOWN = 2000


class ProblemList(QDialog):
    """A table of file and reason."""

    def __init__(self, problems: Sequence[Problem], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Left out")
        self.resize(680, 420)
        self._problems = problems
        shown = problems[:_SHOWN]
        self.table = QTableWidget(len(shown), 2)
        self.table.setAccessibleName("Files left out")
        self.table.setHorizontalHeaderLabels(["File", "What happened"])
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)
        self.table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.table.setColumnWidth(0, 260)
        for line, problem in enumerate(shown):
            for column, words in enumerate((problem.path, problem.sentence)):
                item = QTableWidgetItem(words)
                item.setToolTip(words)
                self.table.setItem(line, column, item)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, 2 * SPACE)
        layout.setSpacing(2 * SPACE)
        self.saying = text(f"{len(problems):,} left out. Mend them and drop them again, or go on without.")
        layout.addWidget(self.saying)
        layout.addWidget(self.table, 1)
        layout.addWidget(row(button("Save the list…", self._choose), None, button("Close", self.accept)))

    def _choose(self) -> None:
        chosen, _kind = QFileDialog.getSaveFileName(self, "Save the list", "left out.csv", "Table (*.csv)")
        if chosen:
            self.save(Path(chosen))

    def save(self, path: Path) -> None:
        """Write the whole list as a CSV file; says so where that fails."""
        from labeling.batch import save_problems

        try:
            save_problems(self._problems, path)
        except OSError as error:
            self.saying.setText(f"The list could not be written to {path} ({error.strerror}). Choose another place.")
        else:
            self.saying.setText(f"The list is in {path}.")
