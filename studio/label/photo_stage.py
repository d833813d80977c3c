"""The photo being labelled, large, with its boxes, which can be drawn and changed; the wheel zooms, dragging pans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPixmap, QWheelEvent
from PySide6.QtWidgets import QFrame, QSizePolicy
from typing_extensions import override

from labeling.annotations.model import Box
from studio.icons import pixmap as icon_pixmap
from studio.label.box_editor import BoxEditor, Grip, Point
from studio.label.boxes import Boxes
from studio.theme import SPACE, colours, theme

_REACH = 7.0  # of an edge, in pixels of the screen
_MOST = 32.0  # times as large as it fits
_STEP = 1.0015  # a unit of the wheel
_CURSORS = {
    Grip.BODY: Qt.CursorShape.SizeAllCursor,
    Grip.LEFT: Qt.CursorShape.SizeHorCursor,
    Grip.RIGHT: Qt.CursorShape.SizeHorCursor,
    Grip.TOP: Qt.CursorShape.SizeVerCursor,
    Grip.BOTTOM: Qt.CursorShape.SizeVerCursor,
    Grip.TOP_LEFT: Qt.CursorShape.SizeFDiagCursor,
    Grip.BOTTOM_RIGHT: Qt.CursorShape.SizeFDiagCursor,
    Grip.TOP_RIGHT: Qt.CursorShape.SizeBDiagCursor,
    Grip.BOTTOM_LEFT: Qt.CursorShape.SizeBDiagCursor,
}


class PhotoStage(QFrame):
    """Paints a photo as large as it fits, never larger than twice its size; says so when it cannot be opened.

    Where its boxes can be changed, they are taken hold of with the left button; ``changed`` tells all boxes and what
    was done. The right or the middle button moves a photo that was made larger.
    """

    changed = Signal(list, str)

    def __init__(self) -> None:
        super().__init__()
        self._picture: QPixmap | None = None
        self._name = ""
        self._size: QSizeF | None = None
        self._colours: Mapping[str, int] = {}
        self.editor = BoxEditor()
        self.drawing: str | None = None  # the class of boxes that are being drawn
        self._zoom, self._offset = 1.0, QPointF()
        self._held: QPointF | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Photo")
        theme().changed.connect(self.update)

    @property
    def picture(self) -> QPixmap | None:
        """The picture shown; None while it is being read, a null one where it cannot be opened."""
        return self._picture

    def show_picture(self, name: str, picture: QPixmap | None) -> None:
        """Show a picture; None while it is being read, a null one if it cannot be opened."""
        if name != self._name:
            self.fit()
        self._name, self._picture = name, picture
        self.setAccessibleName(f"Photo {name}")
        self.update()

    def picture_size(self) -> QSizeF | None:
        """Return the true size of the picture in pixels, where it is known."""
        return self._size

    def show_boxes(self, boxes: Sequence[Box], size: QSizeF | None, numbers: Mapping[str, int]) -> None:
        """Show the boxes of the picture, whose true size in pixels is ``size``; None where none can be drawn."""
        self._size, self._colours = size, numbers
        self.editor.load(boxes if size is not None else (), (size.width(), size.height()) if size else (0.0, 0.0))
        self.setAccessibleDescription(", ".join(box.label for box in self.editor.boxes))
        self.update()

    def draw(self, label: str | None) -> None:
        """Begin to draw boxes of a class, or stop with None."""
        self.drawing = label if self._size is not None else None
        self.setCursor(Qt.CursorShape.CrossCursor if self.drawing is not None else Qt.CursorShape.ArrowCursor)

    def fit(self) -> None:
        """Show the whole picture again."""
        self._zoom, self._offset = 1.0, QPointF()
        self.update()

    def boxes_on_screen(self) -> list[QRectF]:
        """Return where each box is drawn, in pixels of this widget."""
        place = self._place()
        shown = self._shown()
        return [shown.within(box, place) for box in self.editor.boxes] if place is not None and shown else []

    # -- what the hand does --------------------------------------------------------------------------------------

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = self._in_picture(event.position())
        if event.button() is not Qt.MouseButton.LeftButton:
            self._held = event.position()
        elif point is not None:
            self.editor.press(point, self._reach(), self.drawing)
            self.update()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is not None:
            self._offset += event.position() - self._held
            self._held = event.position()
            self.update()
            return
        point = self._in_picture(event.position())
        if point is None:
            return
        if self.editor.busy:
            self.editor.drag(point)
            self.update()
        elif self.drawing is None:
            found = self.editor.grip_at(point, self._reach())
            self.setCursor(_CURSORS[found[1]] if found is not None else Qt.CursorShape.ArrowCursor)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            self._held = None
        else:
            self.tell(self.editor.release())

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        place = self._place()
        if place is None:
            return
        zoom = min(max(self._zoom * _STEP ** event.angleDelta().y(), 1.0), _MOST)
        at = event.position()
        share = QPointF((at.x() - place.x()) / place.width(), (at.y() - place.y()) / place.height())
        self._zoom = zoom
        if zoom == 1.0:
            self._offset = QPointF()
        elif (now := self._place()) is not None:  # what is under the pointer stays there
            self._offset += at - QPointF(now.x() + share.x() * now.width(), now.y() + share.y() * now.height())
        self.update()

    def tell(self, did: str) -> None:
        """Tell what was done to the boxes, if anything was."""
        if did:
            self.changed.emit(list(self.editor.boxes), did)
        self.update()

    # -- where things are ----------------------------------------------------------------------------------------

    def _place(self) -> QRectF | None:
        picture = self._picture
        if picture is None or picture.isNull():
            return None
        inner = QRectF(self.rect()).adjusted(1 + SPACE, 1 + SPACE, -1 - SPACE, -1 - SPACE)
        scale = self._zoom * min(inner.width() / picture.width(), inner.height() / picture.height(), 2.0)
        width, height = picture.width() * scale, picture.height() * scale
        middle = inner.center() + self._offset
        return QRectF(middle.x() - width / 2, middle.y() - height / 2, width, height)

    def _in_picture(self, at: QPointF) -> Point | None:
        place = self._place()
        if place is None or self._size is None:
            return None
        x, y = (at.x() - place.x()) / place.width(), (at.y() - place.y()) / place.height()
        return x * self._size.width(), y * self._size.height()

    def _reach(self) -> float:
        place = self._place()
        assert place is not None
        assert self._size is not None
        return _REACH * self._size.width() / place.width()

    def _shown(self) -> Boxes | None:
        return Boxes(self.editor.boxes, self._size, self._colours) if self._size is not None else None

    # -- painting ------------------------------------------------------------------------------------------------

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
        picture, place = self._picture, self._place()
        if picture is None:
            return
        if place is None:
            self._paint_broken(painter, box)
            return
        painter.setClipRect(box.adjusted(SPACE, SPACE, -SPACE, -SPACE))
        painter.drawPixmap(place, picture, QRectF(picture.rect()))
        shown = self._shown()
        if shown is not None:
            shown.paint(painter, place, self.editor.chosen)

    def _paint_broken(self, painter: QPainter, box: QRectF) -> None:
        middle = box.center()
        painter.drawPixmap(round(middle.x() - 24), round(middle.y() - 56), icon_pixmap("broken", 48, "muted"))
        painter.setPen(QColor(colours().muted))
        words = "This photo can't be opened. It may have been moved or damaged. Your labels are safe."
        below = box.adjusted(2 * SPACE, box.height() / 2, -2 * SPACE, 0)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(below, int(flags), words)
