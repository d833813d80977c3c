"""Searches for garbage in the window's thread alone.

Python searches whenever much was made, in whichever thread made it. A search in a thread of the background that finds
parts of the window in a circle would destroy them there, and Qt lets only the thread that made a part destroy it: the
process may crash, long after and elsewhere.
"""

from __future__ import annotations

import gc
import time

from PySide6.QtCore import QObject, QTimer

_LOOK_MS = 500
_FULL_EVERY_S = 30.0


class Sweeper(QObject):
    """Takes the searches over from Python as long as it lives; made in the thread of the window."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._thresholds = gc.get_threshold()
        self._full_at = time.monotonic()
        gc.disable()
        self.destroyed.connect(_give_back)
        timer = QTimer(self, interval=_LOOK_MS)
        timer.timeout.connect(self.sweep)
        timer.start()

    def sweep(self) -> int:
        """Search as far as Python itself would have by now; return how many objects were unreachable.

        What is old is looked at at most every half minute: that takes the longest, and the window stands still for it.
        """
        young, middle, old = (count > most for count, most in zip(gc.get_count(), self._thresholds, strict=True))
        if not young:
            return 0
        if not middle:
            return gc.collect(0)
        now = time.monotonic()
        if not old or now - self._full_at < _FULL_EVERY_S:
            return gc.collect(1)
        self._full_at = now
        return gc.collect(2)


def spare_what_stays() -> None:
    """Leave what there is now out of each search from now on: modules and the frame of the window stay to the end."""
    gc.freeze()


def _give_back() -> None:
    gc.enable()
