"""Reads the sound that is looked at in a thread: the whole coarsely, the part in sight finely, those that come next."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, Signal

from labeling.errors import MediaRefused
from labeling.sounds.overview import COARSE, Overview, extent_of
from labeling.sounds.recording import Recording
from labeling.sounds.spectrum import Levels, columns, window_of

FINEST = 16  # frames a column
COLUMNS = 256  # of a tile
_TILES = 128
_OVERVIEWS = 24
_OPEN = 3
_WAITING = 24

Place = tuple[int, int]
"""Frames a column, and the number of the tile from the beginning."""


@dataclass(frozen=True)
class Tile:
    """A stretch of a sound: lowest and highest value and levels of the pitches, a column each."""

    low: NDArray[np.float32]
    high: NDArray[np.float32]
    levels: Levels


class SoundLoader(QObject):
    """Holds what is read of the sound shown.

    ``opened`` tells that its length is known, or why it cannot be read; ``came`` that more of it is there.
    """

    opened = Signal()
    came = Signal()
    _opened = Signal(str, object)
    _came = Signal(str, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.path = ""
        self.overview: Overview | None = None
        self.refused = ""
        self._overviews: OrderedDict[str, Overview | str] = OrderedDict()
        self._tiles: OrderedDict[Place, Tile] = OrderedDict()
        self._wanted: OrderedDict[Place, None] = OrderedDict()
        self._ahead: list[str] = []
        self._open: OrderedDict[str, Recording] = OrderedDict()  # the thread's own
        self._work_there = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None
        self._opened.connect(self._take_overview, Qt.ConnectionType.QueuedConnection)
        self._came.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def show(self, path: str, ahead: Sequence[str] = ()) -> None:
        """Read a sound, and afterwards look at those that are likely to be shown next."""
        if path != self.path:
            self._tiles.clear()
            self.path, self.overview, self.refused = path, None, ""
            known = self._overviews.get(path)
            if known is not None:
                self._set(known)
        with self._work_there:
            self._wanted.clear()
            self._ahead = [other for other in ahead if other not in self._overviews]
            self._work_there.notify()
        if self._thread is None and not self._closed:
            self._thread = threading.Thread(target=self._work, name="sounds", daemon=True)
            self._thread.start()

    def tile(self, hop: int, number: int) -> Tile | None:
        """Return a tile if it is there, else ask for it and return None."""
        found = self._tiles.get((hop, number))
        if found is not None:
            self._tiles.move_to_end((hop, number))
            return found
        with self._work_there:
            self._wanted[(hop, number)] = None
            self._wanted.move_to_end((hop, number))
            while len(self._wanted) > _WAITING:
                self._wanted.popitem(last=False)
            self._work_there.notify()
        return None

    def close(self) -> None:
        """End the thread."""
        with self._work_there:
            self._closed = True
            self._work_there.notify()
        if self._thread is not None:
            self._thread.join()

    # -- in the thread -------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while not self._closed:
            with self._work_there:
                path, place, ahead = self.path, self._next_tile(), self._next_overview()
                if place is None and ahead is None:
                    self._work_there.wait()
                    continue
            if place is not None:
                self._came.emit(path, place, self._made(path, place))
            elif ahead is not None:
                self._look_on(ahead)
        for recording in self._open.values():
            recording.close()

    def _next_tile(self) -> Place | None:
        """Return the newest tile that is wanted; a coarse one is made once that stretch was looked at."""
        overview = self._overviews.get(self.path)
        if not isinstance(overview, Overview):
            return None
        for hop, number in reversed(self._wanted):
            if hop < COARSE or min(overview.frames, (number + 1) * COLUMNS * hop) <= overview.done:
                del self._wanted[(hop, number)]
                return hop, number
        return None

    def _next_overview(self) -> str | None:
        for path in (self.path, *self._ahead):
            known = self._overviews.get(path)
            if path and (known is None or (isinstance(known, Overview) and known.done < known.frames)):
                return path
        return None

    def _look_on(self, path: str) -> None:
        known: Overview | str | None = self._overviews.get(path)
        try:
            recording = self._recording(path)
            if not isinstance(known, Overview):
                known = Overview(recording.frames, recording.rate)
                self._opened.emit(path, known)
            known.look_at(recording)
        except MediaRefused as refusal:
            known = str(refusal)
        with self._work_there:
            self._overviews[path] = known
            while len(self._overviews) > _OVERVIEWS:
                self._overviews.popitem(last=False)
        if isinstance(known, str):
            self._opened.emit(path, known)
        self._came.emit(path, None, None)

    def _made(self, path: str, place: Place) -> Tile | None:
        hop, number = place
        overview = self._overviews.get(path)
        if not isinstance(overview, Overview):
            return None
        start, half = number * COLUMNS * hop, window_of(overview.rate) // 2
        if hop >= COARSE:
            low, high = overview.extent(start, start + COLUMNS * hop, COLUMNS)
            return Tile(low, high, overview.levels(start, hop, COLUMNS))
        try:
            samples = self._recording(path).read(start - half, COLUMNS * hop + 2 * half)
        except MediaRefused:  # what is damaged looks like silence
            samples = np.zeros(COLUMNS * hop + 2 * half, np.float32)
        low, high = extent_of(samples[half : half + COLUMNS * hop], COLUMNS)
        return Tile(low, high, columns(samples, hop, overview.rate))

    def _recording(self, path: str) -> Recording:
        if path not in self._open:
            self._open[path] = Recording(path)
            while len(self._open) > _OPEN:
                self._open.popitem(last=False)[1].close()
        self._open.move_to_end(path)
        return self._open[path]

    # -- in the window -------------------------------------------------------------------------------------------

    def _take_overview(self, path: str, found: Overview | str) -> None:
        if path == self.path:
            self._set(found)

    def _set(self, found: Overview | str) -> None:
        if isinstance(found, str):
            self.refused = found
        else:
            self.overview = found
        self.opened.emit()

    def _take(self, path: str, place: Place | None, tile: Tile | None) -> None:
        if path != self.path:
            return
        if place is not None and tile is not None:
            self._tiles[place] = tile
            while len(self._tiles) > _TILES:
                self._tiles.popitem(last=False)
        self.came.emit()
