"""Several things asked about at once: a list of what each is, what the model said, and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from typing_extensions import override

from studio import wording
from studio.try_it.answers import Answer

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing: its id as it is saved, what the predictor is given, and the picture's path where it is one."""

    id: str
    item: Any
    reference: str | None = None


class BatchModel(QAbstractTableModel):
    """One row a thing; answers come in later."""

    HEADERS = ("What", "The model says", "Sure")

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.asked: list[Asked] = []
        self.answers: list[Answer | None] = []

    @property
    def waiting(self) -> int:
        """How many have no answer yet."""
        return sum(answer is None for answer in self.answers)

    def pairs(self) -> list[tuple[str, Answer]]:
        """Return the ids and answers of all that has an answer."""
        both = zip(self.asked, self.answers, strict=True)
        return [(asked.id, answer) for asked, answer in both if answer is not None and not answer.error]

    def show_asked(self, asked: Sequence[Asked]) -> None:
        """Show these things, without answers."""
        self.beginResetModel()
        self.asked = list(asked)
        self.answers = [None] * len(self.asked)
        self.endResetModel()

    def take(self, first: int, answers: Sequence[Answer]) -> None:
        """Take in the answers from row ``first`` on."""
        self.answers[first : first + len(answers)] = answers
        self.dataChanged.emit(self.index(first, 1), self.index(first + len(answers) - 1, 2))

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - the signature Qt gives it
        return 0 if parent.isValid() else len(self.asked)

    @override
    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - the signature Qt gives it
        return 0 if parent.isValid() else len(self.HEADERS)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        asked, answer = self.asked[index.row()], self.answers[index.row()]
        if index.column() == 0:
            return asked.id
        if answer is None:
            return "…" if index.column() == 1 else ""
        if role == Qt.ItemDataRole.ToolTipRole:
            return answer.remark or answer.title
        if index.column() == 1:
            return answer.title
        return f"{wording.of_100(answer.sureness)}%" if answer.shares else ""

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return self.HEADERS[section] if orientation is Qt.Orientation.Horizontal else str(section + 1)
