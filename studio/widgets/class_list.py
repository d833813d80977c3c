"""A list of classes with a count, a bar and, where labelling, the key that assigns each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget
from typing_extensions import override

from studio.theme import SPACE, class_colour, colours, ink_on, theme

Index = QModelIndex | QPersistentModelIndex
_ROW = Qt.ItemDataRole.UserRole
_NO_PARENT = QModelIndex()


@dataclass(frozen=True)
class ClassRow:
    """One line: ``colour`` is the index of the class, or -1 for lines that are no class.

    ``given`` says that it is one of several classes of the sample shown.
    """

    name: str
    count: int
    colour: int = -1
    key: str = ""
    shown_name: str = ""
    given: bool = False

    @property
    def title(self) -> str:
        """What is written."""
        return f"{'✓ ' if self.given else ''}{self.shown_name or self.name}"


class ClassModel(QAbstractListModel):
    """The lines of the list."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[ClassRow] = []

    def show_rows(self, rows: Sequence[ClassRow]) -> None:
        """Show other lines; lines that only changed their count stay selected."""
        if [row.name for row in rows] == [row.name for row in self.rows]:
            self.rows = list(rows)
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == _ROW:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{row.title}: {row.count:,}"
        if role == Qt.ItemDataRole.AccessibleTextRole:
            key = f", key {row.key}" if row.key else ""
            given = ", given" if row.given else ""
            return f"{row.shown_name or row.name}, {row.count:,}{key}{given}"
        return None


class ClassDelegate(QStyledItemDelegate):
    """Paints a line: key badge or colour dot, name, count, and a bar for the share of the largest."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(160, max(44, option.fontMetrics.height() + 3 * SPACE))

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(_ROW)
        palette = colours()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = option.rect.adjusted(2, 2, -2, -2)
        self._background(painter, option, box, row.given)
        left = box.left() + SPACE + 4
        text_height = option.fontMetrics.height()
        top = box.top() + (box.height() - text_height - (8 if row.colour >= 0 else 0)) // 2
        if row.key:
            left = self._badge(painter, option, row, QRect(left, top - 1, 0, text_height + 2))
        elif row.colour >= 0:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(class_colour(row.colour))
            painter.drawEllipse(QRectF(left, top + (text_height - 10) / 2, 10, 10))
            left += 18
        number = f"{row.count:,}"
        width = option.fontMetrics.horizontalAdvance(number)
        right = box.right() - SPACE - 4
        painter.setPen(QColor(palette.muted))
        painter.drawText(QRect(right - width, top, width, text_height), Qt.AlignmentFlag.AlignVCenter, number)
        painter.setPen(QColor(palette.text))
        name = option.fontMetrics.elidedText(
            " ".join(row.title.split()), Qt.TextElideMode.ElideRight, right - width - left - SPACE
        )
        painter.drawText(QRect(left, top, right - width - left, text_height), Qt.AlignmentFlag.AlignVCenter, name)
        self._bar(painter, index, row, QRectF(left, top + text_height + 4, right - left, 4))
        painter.restore()

    def _background(self, painter: QPainter, option: QStyleOptionViewItem, box: QRect, given: bool) -> None:
        palette = colours()
        state = option.state
        selected = given or bool(state & QStyle.StateFlag.State_Selected)
        if selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.accent_soft if selected else palette.hover))
            painter.drawRoundedRect(box, 7, 7)
        if state & QStyle.StateFlag.State_HasFocus and state & QStyle.StateFlag.State_KeyboardFocusChange:
            painter.setPen(QPen(QColor(palette.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 7, 7)

    def _badge(self, painter: QPainter, option: QStyleOptionViewItem, row: ClassRow, box: QRect) -> int:
        palette = colours()
        font = QFont(option.font)
        font.setBold(True)
        width = max(24, QFontMetrics(font).horizontalAdvance(row.key) + 12)
        badge = QRectF(box.left(), box.top(), width, box.height())
        ground = class_colour(row.colour) if row.colour >= 0 else QColor(palette.window)
        painter.setPen(QPen(QColor(palette.control), 1))
        painter.setBrush(ground)
        painter.drawRoundedRect(badge, 5, 5)
        painter.setFont(font)
        painter.setPen(ink_on(ground))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, row.key)
        painter.setFont(option.font)
        return box.left() + width + SPACE

    def _bar(self, painter: QPainter, index: Index, row: ClassRow, box: QRectF) -> None:
        model = index.model()
        if row.colour < 0 or not isinstance(model, ClassModel):
            return
        largest = max((other.count for other in model.rows if other.colour >= 0), default=0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours().border))
        painter.drawRoundedRect(box, 2, 2)
        if largest and row.count:
            filled = QRectF(box)
            filled.setWidth(max(4.0, box.width() * row.count / largest))
            painter.setBrush(class_colour(row.colour))
            painter.drawRoundedRect(filled, 2, 2)


class ClassList(QListView):
    """The list itself; ``picked`` carries the class that was clicked, or chosen with Enter."""

    picked = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.classes = ClassModel(self)
        self.setModel(self.classes)
        self.setItemDelegate(ClassDelegate(self))
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setProperty("plain", "true")
        theme().changed.connect(self.viewport().update)
        self.clicked.connect(lambda index: self.picked.emit(self.classes.rows[index.row()].name))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        # not by ``activated``, which some desktops emit on a click too
        line = self.current()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and line is not None:
            self.picked.emit(line.name)
            return
        super().keyPressEvent(event)

    def current(self) -> ClassRow | None:
        """Return the selected line."""
        chosen = self.selectionModel().currentIndex()
        return self.classes.rows[chosen.row()] if chosen.isValid() and chosen.row() < len(self.classes.rows) else None

    def choose(self, line: int) -> None:
        """Select a line."""
        self.setCurrentIndex(self.classes.index(line))
