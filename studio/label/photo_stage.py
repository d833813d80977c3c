"""The photo being labelled, large, with its boxes, which can be drawn and changed; the wheel zooms, dragging pans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QSizePolicy
from typing_extensions import override

from labeling.annotations.model import Box
from studio.icons import pixmap as icon_pixmap
from studio.label.box_editor import BoxEditor, Grip, Point
from studio.label.boxes import Boxes
from studio.label.detail import Detail, Part
from studio.label.zoom import Zoom
from studio.theme import SPACE, colours, theme

_REACH = 7.0  # of an edge, in pixels of the screen
_STEP = 1.0015  # a unit of the wheel
_KEY_STEP = 1.4
_PIXELS_SHOWN = 4.0  # from this scale on, single pixels of the picture are shown as such
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

    Where its boxes can be changed, they are taken hold of with the left button; ``changed`` tells all boxes, what was
    done and whether that goes on with what was done before, ``chose`` that another box is chosen, ``painted`` that what
    is shown is being painted. The right or the middle button moves a photo that was made larger.
    """

    changed = Signal(list, str, bool)
    chose = Signal()
    painted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._picture: QPixmap | None = None
        self._name, self._path = "", ""
        self._size: QSizeF | None = None
        self._can_mark = False
        self._colours: Mapping[str, int] = {}
        self.editor = BoxEditor()
        self.drawing: str | None = None  # the class of boxes that are being drawn
        self.zoom = Zoom()
        self.detail = Detail(self)
        self.detail.came.connect(self.update)
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
            self._name = name
            self.fit()
        self._picture = picture
        self.setAccessibleName(f"Photo {name}")
        self._measure()

    def show_source(self, path: str, size: QSizeF | None) -> None:
        """Take note of where the picture lies and of its true size, None where that is not known."""
        if path != self._path:
            self.detail.forget()
            self.editor.cancel()
        self._path, self._size = path, size
        self._measure()

    def show_boxes(self, boxes: Sequence[Box], can_mark: bool, numbers: Mapping[str, int]) -> None:
        """Show the boxes of the picture; ``can_mark`` says whether it can have any."""
        size = self._size
        self._can_mark, self._colours = can_mark and size is not None, numbers
        self.editor.load(boxes if size is not None else (), (size.width(), size.height()) if size else (0.0, 0.0))
        self._describe()
        self.update()

    def show_chosen(self) -> None:
        """Bring the chosen box into sight."""
        box = self.editor.mark
        if box is not None:
            self.zoom.bring(QRectF(box.x, box.y, box.width, box.height))
        self._describe()
        self._look_closely()

    def draw(self, label: str | None) -> None:
        """Begin to draw boxes of a class, or stop with None."""
        self.drawing = label if self._can_mark else None
        self.setCursor(Qt.CursorShape.CrossCursor if self.drawing is not None else Qt.CursorShape.ArrowCursor)

    def fit(self) -> None:
        """Show the whole picture again."""
        self.zoom.fit()
        self._look_closely()

    def zoom_by(self, steps: int) -> None:
        """Make the picture larger or smaller around the chosen box, or else the middle."""
        box = self.editor.mark
        at = QRectF(self.rect()).center()
        if box is not None:
            middle = QPointF(box.x + box.width / 2, box.y + box.height / 2)
            at = self.zoom.place().topLeft() + middle * self.zoom.scale
        self.zoom.by(_KEY_STEP**steps, at)
        self._look_closely()

    def peek(self) -> None:
        """Show each pixel of the picture as one of the screen, or the whole again."""
        if self.zoom.enlarged:
            self.fit()
        else:
            self.zoom.by(max(2.0, 1 / self.zoom.scale), QRectF(self.rect()).center())
            self._look_closely()

    def seen(self) -> Box | None:
        """Return the part of the picture in sight, as a box without a class; None where there is none."""
        if self._size is None or not self._is_there():
            return None
        part = self.zoom.seen()
        return Box("", part.x(), part.y(), part.width(), part.height())

    def step(self) -> float:
        """Return how many pixels of the picture a key moves a box: one of the screen, but no less than one."""
        return max(1.0, round(1 / self.zoom.scale))

    def boxes_on_screen(self) -> list[QRectF]:
        """Return where each box is drawn, in pixels of this widget."""
        shown = self._shown()
        place = self.zoom.place()
        return [shown.within(box, place) for box in self.editor.marks] if self._is_there() and shown else []

    # -- what the hand does --------------------------------------------------------------------------------------

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            self._held = event.position()
        elif self._can_mark and self._is_there():
            self.editor.press(self._point(event), self._reach(), self.drawing)
            self._describe()
            self.chose.emit()
            self.update()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._held is not None:
            self.zoom.move(event.position() - self._held)
            self._held = event.position()
            self._look_closely()
        elif self.editor.busy:
            self.editor.drag(self._point(event))
            self.update()
        elif self.drawing is None and self._can_mark and self._is_there():
            found = self.editor.grip_at(self._point(event), self._reach())
            self.setCursor(_CURSORS[found[1]] if found is not None else Qt.CursorShape.ArrowCursor)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            self._held = None
        else:
            self.tell(self.editor.release())

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._is_there():
            self.zoom.by(_STEP ** event.angleDelta().y(), event.position())
            self._look_closely()

    def tell(self, did: str, joined: bool = False) -> None:
        """Tell what was done to the boxes, if anything was."""
        if did:
            self.changed.emit(list(self.editor.marks), did, joined)
        self.update()

    # -- where things are ----------------------------------------------------------------------------------------

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()

    def _measure(self) -> None:
        picture = self._picture
        if picture is not None and not picture.isNull():
            edge = 1 + SPACE
            inner = QRectF(self.rect()).adjusted(edge, edge, -edge, -edge)
            self.zoom.show(self._size or QSizeF(picture.size()), inner)
        self._look_closely()

    def _look_closely(self) -> None:
        """Ask for the part in sight in full detail where the picture at hand is too coarse for it."""
        picture, size = self._picture, self._size
        if self._is_there() and picture is not None and size is not None:
            ratio = self.devicePixelRatioF()
            if self.zoom.enlarged and picture.width() < size.width() and picture.width() < self._wide() * ratio:
                box = self.zoom.seen().toAlignedRect().intersected(QRect(0, 0, int(size.width()), int(size.height())))
                wanted = QSizeF(box.size()) * self.zoom.scale * ratio
                self.detail.want(Part(self._path, box, wanted.toSize()))
        self.update()

    def _wide(self) -> float:
        return self.zoom.place().width()

    def _is_there(self) -> bool:
        return self._picture is not None and not self._picture.isNull()

    def _point(self, event: QMouseEvent) -> Point:
        at = self.zoom.in_picture(event.position())
        return at.x(), at.y()

    def _reach(self) -> float:
        return _REACH / self.zoom.scale

    def _shown(self) -> Boxes | None:
        return Boxes(self.editor.marks, self._size, self._colours) if self._size is not None else None

    def _describe(self) -> None:
        names = ", ".join(box.label for box in self.editor.marks)
        box = self.editor.mark
        chosen = f"; chosen: {box.label}, {box.width:.0f} by {box.height:.0f} pixels" if box is not None else ""
        self.setAccessibleDescription(names + chosen)

    # -- painting ------------------------------------------------------------------------------------------------

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(200, 160)

    @override
    def paintEvent(self, _event: QPaintEvent) -> None:
        self.painted.emit()
        palette = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.setPen(QColor(palette.accent if self.hasFocus() else palette.border))
        painter.setBrush(QColor(palette.surface))
        painter.drawRoundedRect(box, 10, 10)
        if self._picture is None:
            return
        if self._picture.isNull():
            self._paint_broken(painter, box)
            return
        painter.setClipRect(box.adjusted(SPACE, SPACE, -SPACE, -SPACE))
        self._paint_picture(painter, self._picture)
        shown = self._shown()
        if shown is not None:
            shown.paint(painter, self.zoom.place(), self.editor.chosen)

    def _paint_picture(self, painter: QPainter, picture: QPixmap) -> None:
        place, detail = self.zoom.place(), self.detail
        coarse = self._size is not None and picture.width() < self._size.width()
        smooth = coarse or self.zoom.scale < _PIXELS_SHOWN
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawPixmap(place, picture, QRectF(picture.rect()))
        if detail.part is not None and detail.part.path == self._path and self.zoom.enlarged:
            part = QRectF(detail.part.box)
            corner = place.topLeft() + part.topLeft() * self.zoom.scale
            painter.drawImage(QRectF(corner, part.size() * self.zoom.scale), detail.image)

    def _paint_broken(self, painter: QPainter, box: QRectF) -> None:
        middle = box.center()
        painter.drawPixmap(round(middle.x() - 24), round(middle.y() - 56), icon_pixmap("broken", 48, "muted"))
        painter.setPen(QColor(colours().muted))
        words = "This photo can't be opened. It may have been moved or damaged. Your labels are safe."
        below = box.adjusted(2 * SPACE, box.height() / 2, -2 * SPACE, 0)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(below, int(flags), words)
