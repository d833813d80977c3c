"""A part of a large photo in full detail, cut out in a thread when it is looked at closely."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from PIL.Image import Image

_PATIENCE_MS = 60  # while the person still turns the wheel


@dataclass(frozen=True)
class Part:
    """A rectangle of the picture at ``path``, in its pixels, wanted in this size."""

    path: str
    box: QRect
    size: QSize


class Detail(QObject):
    """Cuts out what was wanted last; ``came`` tells that ``image`` and its ``part`` are others now.

    At most one photo is kept decoded, as long as it is the one looked at.
    """

    came = Signal()
    _cut = Signal(Part, QImage)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.part: Part | None = None
        self.image = QImage()
        self._wanted: Part | None = None
        self._decoded: tuple[str, Image] | None = None
        self._pool: ThreadPoolExecutor | None = None
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._patience.timeout.connect(self._begin)
        self._cut.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def want(self, part: Part) -> None:
        """Ask for a part, soon, instead of what was asked for before."""
        if part not in (self.part, self._wanted):
            self._wanted = part
            self._patience.start()

    def forget(self) -> None:
        """Let go of the photo: another is looked at, or it is looked at as a whole."""
        self._patience.stop()
        self.part, self._wanted, self.image = None, None, QImage()
        if self._pool is not None:
            self._pool.submit(self._let_go)

    def close(self) -> None:
        """End the thread."""
        self._patience.stop()
        self._wanted = None
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _begin(self) -> None:
        if self._wanted is not None:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(1, thread_name_prefix="detail")
            self._pool.submit(self._work, self._wanted)

    def _work(self, part: Part) -> None:
        if part == self._wanted:
            self._cut.emit(part, self._cut_out(part))

    def _cut_out(self, part: Part) -> QImage:
        from PIL.Image import Resampling

        from labeling.errors import LabelingError
        from labeling.media.picture import upright

        try:
            if self._decoded is None or self._decoded[0] != part.path:
                self._decoded = None
                self._decoded = (part.path, upright(Path(part.path)))
        except (LabelingError, OSError):
            return QImage()
        picture = self._decoded[1]
        box = part.box
        edges = (box.x(), box.y(), box.x() + box.width(), box.y() + box.height())
        size = (max(1, part.size.width()), max(1, part.size.height()))
        grown = part.size.width() > box.width()
        cut = picture.resize(size, Resampling.NEAREST if grown else Resampling.BOX, box=edges)
        return QImage(cut.tobytes(), *size, 3 * size[0], QImage.Format.Format_RGB888).copy()

    def _let_go(self) -> None:
        self._decoded = None

    def _take(self, part: Part, image: QImage) -> None:
        if part == self._wanted and not image.isNull():
            self.part, self.image, self._wanted = part, image, None
            self.came.emit()
