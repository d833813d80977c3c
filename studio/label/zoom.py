"""Where a picture lies on its stage: as large as it fits, made larger and moved by the person. No widgets."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF

LARGEST_FIT = 2.0  # how many pixels of the screen a pixel of a small picture gets at first
MOST_TIMES = 32.0  # as large as it fits
MOST_PIXELS = 32.0  # of the screen for one of the picture, whatever its size


class Zoom:
    """Turns places on the screen into places in the picture and back."""

    def __init__(self) -> None:
        self.times = 1.0
        self._offset = QPointF()
        self._inner = QRectF()
        self._size = QSizeF()

    @property
    def enlarged(self) -> bool:
        """Whether it is larger than it fits."""
        return self.times > 1.0

    @property
    def scale(self) -> float:
        """How many pixels of the screen one of the picture has."""
        return self.times * self._fitting()

    def show(self, size: QSizeF, inner: QRectF) -> None:
        """Take note of the size of the picture and of the part of the screen that there is for it."""
        self._size, self._inner = size, inner
        self._keep_in_sight()

    def fit(self) -> None:
        """Show the whole picture."""
        self.times, self._offset = 1.0, QPointF()

    def place(self) -> QRectF:
        """Return where the whole picture lies, of which a part may be out of sight."""
        width, height = self._size.width() * self.scale, self._size.height() * self.scale
        middle = self._inner.center() + self._offset
        return QRectF(middle.x() - width / 2, middle.y() - height / 2, width, height)

    def seen(self) -> QRectF:
        """Return the part of the picture in sight, in its pixels."""
        place = self.place()
        part = place.intersected(self._inner)
        corner = part.topLeft() - place.topLeft()
        return QRectF(corner / self.scale, part.size() / self.scale)

    def in_picture(self, at: QPointF) -> QPointF:
        """Return which place of the picture is there on the screen."""
        return (at - self.place().topLeft()) / self.scale

    def by(self, factor: float, at: QPointF) -> None:
        """Make it larger or smaller; what is at a place of the screen stays there."""
        kept = self.in_picture(at)
        self.times = min(max(self.times * factor, 1.0), max(MOST_TIMES, MOST_PIXELS / self._fitting()))
        if not self.enlarged:
            self._offset = QPointF()
            return
        self._offset += at - (self.place().topLeft() + kept * self.scale)
        self._keep_in_sight()

    def move(self, by: QPointF) -> None:
        """Move it, never out of sight."""
        self._offset += by
        self._keep_in_sight()

    def bring(self, part: QRectF) -> None:
        """Move it so that a part of the picture, in its pixels, is in sight."""
        if not self.seen().contains(part):
            place = self.place()
            middle = place.topLeft() + part.center() * self.scale
            self.move(self._inner.center() - middle)

    def _fitting(self) -> float:
        if self._size.isEmpty() or self._inner.isEmpty():
            return 1.0
        across, down = self._inner.width() / self._size.width(), self._inner.height() / self._size.height()
        return min(across, down, LARGEST_FIT)

    def _keep_in_sight(self) -> None:
        """Let no more than the picture's edge come to the middle."""
        half = self._size * self.scale / 2
        x = min(max(self._offset.x(), -half.width()), half.width())
        y = min(max(self._offset.y(), -half.height()), half.height())
        self._offset = QPointF(x, y) if self.enlarged else QPointF()
