"""Samples behind a figure: thumbnails of photos, or rows of a table, each with what was said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QVBoxLayout, QWidget
from typing_extensions import override

from studio import theme, wording
from studio.picture_loader import Decode, PictureLoader
from studio.theme import SPACE
from studio.widgets.basics import button, row, text

Index = QModelIndex | QPersistentModelIndex
DETAIL_ROLE = Qt.ItemDataRole.UserRole
REFERENCE_ROLE = Qt.ItemDataRole.UserRole + 1
SIDE = 56
MOST = 500


@dataclass(frozen=True, slots=True)
class SampleLine:
    """One sample: its id, what was said of it, more about it, and the picture's path where it is one."""

    id: str
    said: str
    detail: str
    reference: str | None = None
    content: str = ""


class SamplesModel(QAbstractListModel):
    """The samples shown, in order."""

    def __init__(self, decode: Decode, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: list[SampleLine] = []
        self._rows: dict[str, int] = {}
        self.thumbnails = PictureLoader(decode, self, kept=MOST)
        self.thumbnails.loaded.connect(self._loaded)

    def show_samples(self, lines: Sequence[SampleLine]) -> None:
        """Show these samples."""
        self.beginResetModel()
        self._lines = list(lines)
        self._rows = {line.id: number for number, line in enumerate(self._lines)}
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - the signature Qt gives it
        return 0 if parent.isValid() else len(self._lines)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self._lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return line.said
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{line.id}\n{line.said}\n{line.detail}".strip()
        if role == DETAIL_ROLE:
            return line.detail
        if role == REFERENCE_ROLE:
            return line.reference
        if role == Qt.ItemDataRole.DecorationRole and line.reference is not None:
            return self.thumbnails.get(line.id, line.reference, line.content)
        return None

    def _loaded(self, sample_id: str) -> None:
        number = self._rows.get(sample_id)
        if number is not None:
            index = self.index(number)
            self.dataChanged.emit(index, index, [Qt.ItemDataRole.DecorationRole])


class _LinePainter(QStyledItemDelegate):
    """Paints a sample as a picture, if it has one, beside two lines of text."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        metrics = option.fontMetrics
        pictured = index.data(REFERENCE_ROLE) is not None
        return QSize(200, max(2 * metrics.height(), SIDE if pictured else 0) + 2 * SPACE)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colours = theme.colours()
        box: QRect = option.rect
        metrics = option.fontMetrics
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, QColor(colours.accent_soft))
        left = box.left() + SPACE
        if index.data(REFERENCE_ROLE) is not None:
            self._paint_picture(painter, QRect(left, box.top() + SPACE, SIDE, SIDE), index)
            left += SIDE + SPACE
        width = box.right() - left - SPACE
        top = box.top() + (box.height() - 2 * metrics.height()) // 2
        lines = ((str(index.data()), colours.text), (str(index.data(DETAIL_ROLE)), colours.muted))
        for number, (words, tone) in enumerate(lines):
            line = QRect(left, top + number * metrics.height(), width, metrics.height())
            painter.setPen(QColor(tone))
            elided = metrics.elidedText(words, Qt.TextElideMode.ElideRight, width)
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, elided)
        painter.setPen(QPen(QColor(colours.border)))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        painter.restore()

    def _paint_picture(self, painter: QPainter, box: QRect, index: Index) -> None:
        painter.fillRect(box, QColor(theme.colours().hover))
        picture = index.data(Qt.ItemDataRole.DecorationRole)
        if isinstance(picture, QPixmap) and not picture.isNull():
            scaled = picture.scaled(
                box.size(), Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            )
            place = QRect(0, 0, scaled.width(), scaled.height())
            place.moveCenter(box.center())
            painter.drawPixmap(place, scaled)


class SamplesPanel(QWidget):
    """A titled list of samples. Emits ``label_wanted`` with the ids shown and the title."""

    label_wanted = Signal(list, str)
    all_wanted = Signal()

    def __init__(self, decode: Decode) -> None:
        super().__init__()
        self._ids: list[str] = []
        self.heading = text("", "heading")
        self.remark = text("", "muted")
        self.model = SamplesModel(decode, self)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(_LinePainter(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setMinimumHeight(240)
        self.list.setProperty("plain", "true")
        self.label = button("Label these", self._want_label)
        self.label.setToolTip("Show these samples where their labels can be corrected")
        self.back = button("Worst mistakes", self.all_wanted.emit, "quiet")
        self.back.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE)
        layout.addWidget(self.heading)
        layout.addWidget(self.remark)
        layout.addWidget(self.list, 1)
        layout.addWidget(row(self.label, self.back, None))
        layout.addStretch(0)

    def show_samples(self, title: str, lines: Sequence[SampleLine], total: int, chosen: bool) -> None:
        """Show the first of ``total`` samples; ``chosen`` when the person picked them, so that there is a way back."""
        self._ids = [line.id for line in lines]
        self.heading.setText(title)
        self.list.setAccessibleName(title)
        cut = f"The first {wording.count(len(lines))} of {wording.count(total)}." if total > len(lines) else ""
        self.remark.setText(cut)
        self.remark.setVisible(bool(self.remark.text()))
        self.label.setVisible(bool(lines))
        self.list.setVisible(bool(lines))
        self.back.setVisible(chosen)
        self.model.show_samples(lines)
        self.list.scrollToTop()

    def close_down(self) -> None:
        """End the threads that decode thumbnails."""
        self.model.thumbnails.close()

    def _want_label(self) -> None:
        self.label_wanted.emit(self._ids, self.heading.text())
