"""Decodes pictures in threads: what is asked for last comes first, and what scrolled away is not decoded at all."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage, QPixmap

_THREADS = 2
_WAITING = 160
_KEPT = 1200

Decode = Callable[[str, str], QImage]
Source = tuple[str, str]


class PictureLoader(QObject):
    """A cache of pixmaps by sample id, and by where its picture lies: another project may have a sample of that id.

    ``decode`` is given path and content hash. ``loaded`` tells that a picture came in; a broken one comes in as a null
    pixmap. At most the newest 160 requests wait; older ones are asked for again when seen again.
    """

    loaded = Signal(str)
    _decoded = Signal(str, int, object, QImage)

    def __init__(self, decode: Decode, parent: QObject | None = None, kept: int = _KEPT) -> None:
        super().__init__(parent)
        self._decode = decode
        self._pixmaps: OrderedDict[str, tuple[Source, QPixmap]] = OrderedDict()
        self._kept = kept
        self._wanted: OrderedDict[str, Source] = OrderedDict()
        self._lock = threading.Lock()
        self._workers = 0
        self._epoch = 0
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="pictures")
        self._closed = False
        self._decoded.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def get(self, sample_id: str, path: str, content: str) -> QPixmap | None:
        """Return the pixmap if it is there, else ask for it and return None."""
        known = self._pixmaps.get(sample_id)
        if known is not None and known[0] == (path, content):
            self._pixmaps.move_to_end(sample_id)
            return known[1]
        self._ask(sample_id, (path, content))
        return None

    def forget(self) -> None:
        """Drop every picture and request: the samples are others now."""
        with self._lock:
            self._wanted.clear()
            self._epoch += 1
        self._pixmaps.clear()

    def close(self) -> None:
        """End the threads."""
        self._closed = True
        with self._lock:
            self._wanted.clear()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _ask(self, sample_id: str, source: Source) -> None:
        if self._closed:
            return
        with self._lock:
            self._wanted[sample_id] = source
            self._wanted.move_to_end(sample_id)
            while len(self._wanted) > _WAITING:
                self._wanted.popitem(last=False)
            start = self._workers < _THREADS
            self._workers += start
        if start:
            self._pool.submit(self._work)

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._wanted or self._closed:
                    self._workers -= 1
                    return
                sample_id, source = self._wanted.popitem(last=True)
                epoch = self._epoch
            self._decoded.emit(sample_id, epoch, source, self._image(source))

    def _image(self, source: Source) -> QImage:
        """Decode a picture; what fails in a way that nobody foresaw is broken, and the thread goes on with others."""
        try:
            return self._decode(*source)
        except Exception:
            return QImage()

    def _take(self, sample_id: str, epoch: int, source: Source, image: QImage) -> None:
        if epoch != self._epoch or self._closed:
            return
        self._pixmaps[sample_id] = source, QPixmap.fromImage(image)
        while len(self._pixmaps) > self._kept:
            self._pixmaps.popitem(last=False)
        self.loaded.emit(sample_id)
