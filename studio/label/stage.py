"""The sample being labelled, large: a photo fitted into the space, or a row's values."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QSizePolicy, QTableView
from typing_extensions import override

from studio.icons import pixmap as icon_pixmap
from studio.label.boxes import Boxes
from studio.listing import shown
from studio.theme import SPACE, colours, theme

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class PhotoStage(QFrame):
    """Paints a photo as large as it fits, never larger than twice its size; says so when it cannot be opened."""

    def __init__(self) -> None:
        super().__init__()
        self._picture: QPixmap | None = None
        self._boxes: Boxes | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Photo")
        theme().changed.connect(self.update)

    def show_picture(self, name: str, picture: QPixmap | None, boxes: Boxes | None = None) -> None:
        """Show a picture; None while it is being read, a null one if it cannot be opened."""
        self._picture, self._boxes = picture, boxes
        self.setAccessibleName(f"Photo {name}")
        self.setAccessibleDescription(", ".join(box.label for box in boxes.boxes) if boxes is not None else "")
        self.update()

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(200, 160)

    @override
    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = colours()
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QColor(palette.accent if self.hasFocus() else palette.border))
        painter.setBrush(QColor(palette.surface))
        painter.drawRoundedRect(box, 10, 10)
        picture = self._picture
        if picture is None:
            return
        if picture.isNull():
            self._paint_broken(painter, box)
            return
        place = self._place(picture)
        painter.drawPixmap(place, picture, QRectF(picture.rect()))
        if self._boxes is not None:
            self._boxes.paint(painter, place)

    @property
    def picture(self) -> QPixmap | None:
        """The picture shown; None while it is being read, a null one where it cannot be opened."""
        return self._picture

    def boxes_on_screen(self) -> list[QRectF]:
        """Return where each box is drawn, in pixels of this widget."""
        if self._picture is None or self._picture.isNull() or self._boxes is None:
            return []
        return [self._boxes.within(box, self._place(self._picture)) for box in self._boxes.boxes]

    def _place(self, picture: QPixmap) -> QRectF:
        inner = QRectF(self.rect()).adjusted(1 + SPACE, 1 + SPACE, -1 - SPACE, -1 - SPACE)
        scale = min(inner.width() / picture.width(), inner.height() / picture.height(), 2.0)
        width, height = picture.width() * scale, picture.height() * scale
        return QRectF(inner.center().x() - width / 2, inner.center().y() - height / 2, width, height)

    def _paint_broken(self, painter: QPainter, box: QRectF) -> None:
        middle = box.center()
        painter.drawPixmap(round(middle.x() - 24), round(middle.y() - 56), icon_pixmap("broken", 48, "muted"))
        painter.setPen(QColor(colours().muted))
        words = "This photo can't be opened. It may have been moved or damaged. Your labels are safe."
        below = box.adjusted(2 * SPACE, box.height() / 2, -2 * SPACE, 0)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(below, int(flags), words)


class ValuesModel(QAbstractTableModel):
    """A row of a table, as lines of name and value."""

    def __init__(self) -> None:
        super().__init__()
        self._names: list[str] = []
        self._values: list[object] = []

    def show_values(self, names: list[str], values: list[object]) -> None:
        """Show another row; the same names only change their values."""
        if names == self._names:
            self._values = values
            if names:
                self.dataChanged.emit(self.index(0, 1), self.index(len(names) - 1, 1))
            return
        self.beginResetModel()
        self._names, self._values = names, values
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._names)

    @override
    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else 2

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or index.row() >= len(self._names):
            return None
        value = self._values[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            if index.column() == 0:
                return self._names[index.row()]
            return "–" if value is None else shown(value) if isinstance(value, float) else str(value)
        if role == Qt.ItemDataRole.ForegroundRole and (index.column() == 0 or value is None):
            return QColor(colours().muted)
        return None


class RowStage(QTableView):
    """Shows one row of a table as a readable card."""

    def __init__(self) -> None:
        super().__init__()
        self.values = ValuesModel()
        self.values.setParent(self)
        self.setModel(self.values)
        self.setAccessibleName("The row's values")
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(True)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setMaximumSectionSize(420)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(max(36, self.fontMetrics().height() + 2 * SPACE))
