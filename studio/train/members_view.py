"""The advanced drawer: what the served model is made of. Closed until asked for."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QHeaderView, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from studio import wording
from studio.train.progress import Part, RunProgress
from studio.widgets.basics import text
from studio.widgets.table import table

Index = QModelIndex | QPersistentModelIndex


class MembersModel(QAbstractTableModel):
    """The parts of the served model and their weights, heaviest first."""

    HEADERS = ("Part", "Weight")

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._parts: list[Part] = []

    def show_parts(self, parts: list[Part]) -> None:
        """Show these parts."""
        ordered = sorted(parts, key=lambda part: -part.weight)
        if ordered != self._parts:
            self.beginResetModel()
            self._parts = ordered
            self.endResetModel()

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - the signature Qt gives it
        return 0 if parent.isValid() else len(self._parts)

    @override
    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - the signature Qt gives it
        return 0 if parent.isValid() else len(self.HEADERS)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        part = self._parts[index.row()]
        return (part.name, f"{part.weight:.1%}")[index.column()]

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return self.HEADERS[section] if orientation is Qt.Orientation.Horizontal else str(section + 1)


class MembersDrawer(QWidget):
    """A switch called Advanced, and under it the parts, the learner at work and the memory it takes."""

    def __init__(self) -> None:
        super().__init__()
        self.switch = QPushButton("Advanced")
        self.switch.setCheckable(True)
        self.switch.setProperty("kind", "quiet")
        self.switch.setToolTip("What the model is made of")
        self.model = MembersModel(self)
        self.table = table(self.model, "Parts of the model")
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.setMinimumHeight(110)
        self.state = text("", "caption")
        self._inside = QWidget()
        inside = QVBoxLayout(self._inside)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.state)
        inside.addWidget(self.table)
        self._inside.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.switch, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._inside)
        self.switch.toggled.connect(self._inside.setVisible)

    def show_progress(self, progress: RunProgress) -> None:
        """Show the parts of the model served now."""
        self.model.show_parts(progress.parts)
        at_work = f"At work: {progress.learner}. " if progress.learner and not progress.ended else ""
        memory = f"Memory: {wording.size(round(progress.memory_mb * 1e6))}. " if progress.memory_mb else ""
        failed = f"Left aside after an error: {'; '.join(progress.failures)}" if progress.failures else ""
        self.state.setText(f"{at_work}{progress.tried} candidates compared. {memory}{failed}".strip())
