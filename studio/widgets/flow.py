"""A layout that sets widgets beside each other and wraps, like words in a paragraph."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget
from typing_extensions import override


class FlowLayout(QLayout):
    """Lines of widgets, each line centred on its height."""

    def __init__(self, parent: QWidget | None = None, gap: int = 6, line_gap: int = 8) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self._line_gap = line_gap
        self.setContentsMargins(0, 0, 0, 0)

    @override
    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    @override
    def count(self) -> int:
        return len(self._items)

    @override
    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    @override
    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    @override
    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    @override
    def hasHeightForWidth(self) -> bool:
        return True

    @override
    def heightForWidth(self, width: int) -> int:
        return self._lay_out(QRect(0, 0, width, 0), move=False)

    @override
    def setGeometry(self, box: QRect) -> None:
        super().setGeometry(box)
        self._lay_out(box, move=True)

    @override
    def sizeHint(self) -> QSize:
        return self.minimumSize()

    @override
    def minimumSize(self) -> QSize:
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _lay_out(self, box: QRect, move: bool) -> int:
        line: list[tuple[QLayoutItem, QSize]] = []
        x, y, height = 0, box.y(), 0
        for item in self._items:
            if item.isEmpty():  # hidden
                continue
            size = item.sizeHint().boundedTo(QSize(max(box.width(), 1), 10_000))
            if line and x + size.width() > box.width():
                self._place(line, box.x(), y, height, move)
                y += height + self._line_gap
                line, x, height = [], 0, 0
            line.append((item, size))
            x += size.width() + self._gap
            height = max(height, size.height())
        self._place(line, box.x(), y, height, move)
        return y + height - box.y()

    def _place(self, line: list[tuple[QLayoutItem, QSize]], x: int, y: int, height: int, move: bool) -> None:
        for item, size in line:
            if move:
                item.setGeometry(QRect(QPoint(x, y + (height - size.height()) // 2), size))
            x += size.width() + self._gap
