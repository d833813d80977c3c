"""Plays a sound while a person labels it: where the playhead is, how fast it goes, what is repeated."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from labeling.errors import MediaRefused
from labeling.sounds.passage import Passage
from labeling.sounds.recording import Recording
from studio.label.speaker import AHEAD_MS, Speaker

SPEEDS = (0.5, 0.75, 1.0, 1.5, 2.0)
_TICK_MS = 33


class Player(QObject):
    """``moved`` comes while the playhead moves, ``changed`` when playing, speed or repeating changed."""

    moved = Signal()
    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.position = 0.0
        self.speed, self.loop = 1.0, False
        self.refused = ""
        self.speaker = Speaker()
        self._path = ""
        self._passage: Passage | None = None
        self._recording: Recording | None = None
        self._heard: tuple[float, float] | None = None  # when a portion was asked for, and where it begins
        self._ended = False
        self._ticks = QTimer(self, interval=_TICK_MS)
        self._ticks.timeout.connect(self._tick)

    @property
    def playing(self) -> bool:
        """Whether it plays now."""
        return self._ticks.isActive()

    @property
    def silent(self) -> str:
        """Why nothing is heard, empty where something is."""
        return self.refused or self.speaker.silent

    def load(self, path: str) -> None:
        """Be ready to play another sound from its beginning."""
        if path != self._path:
            self.pause()
            if self._recording is not None:
                self._recording.close()
            self._path, self._recording, self._passage, self.refused = path, None, None, ""
            self.seek(0.0)

    def seek(self, seconds: float) -> None:
        """Move the playhead."""
        self.position = max(0.0, seconds)
        if self._passage is not None and self.playing:
            self._passage.begin_at(self.position)
            self._heard = None
        self.moved.emit()

    def play(self, start: float, end: float) -> None:
        """Play from the playhead, or from ``start`` where it is not within, up to ``end``."""
        self.pause()
        try:
            self._recording = self._recording or Recording(self._path)
        except MediaRefused as refusal:
            self.refused = str(refusal)
            self.changed.emit()
            return
        end = min(end, self._recording.seconds)
        passage = Passage(self._recording, start, end, self.speed, self.loop)
        passage.begin_at(self.position if start <= self.position < end - 0.01 else start)
        self._passage, self._heard, self._ended = passage, None, False
        self.position = passage.seconds
        self.speaker.start(self._recording.rate, lambda count: self._pull(passage, count))
        self._ticks.start()
        self.changed.emit()

    def pause(self) -> None:
        """Stop where it is."""
        if self.playing:
            self._ticks.stop()
            self.speaker.stop()
            self._passage = None
            self.changed.emit()

    def set_speed(self, speed: float) -> None:
        """Play slower or faster, at the same pitch, from now on."""
        self.speed = speed
        if self._passage is not None:
            self._passage.speed = speed
        self.changed.emit()

    def set_loop(self, loop: bool) -> None:
        """Repeat what is played, or no longer."""
        self.loop = loop
        if self._passage is not None:
            self._passage.loop = loop
        self.changed.emit()

    def close(self) -> None:
        """Let go of the sound device and the file."""
        self._ticks.stop()
        self.speaker.close()
        if self._recording is not None:
            self._recording.close()
            self._recording = None

    def _pull(self, passage: Passage, count: int) -> NDArray[np.float32]:
        """Return what is heard next; called by the sound device's thread."""
        begin = passage.seconds
        try:
            frames = passage.take(count)
        except MediaRefused as refusal:
            frames = np.zeros(0, np.float32)
            if passage is self._passage:
                self.refused = str(refusal)
        if passage is self._passage:
            self._heard = (time.monotonic(), begin)
            self._ended = not len(frames)
        return frames

    def _tick(self) -> None:
        if self._ended and self._passage is not None:
            self.position = self._passage.seconds
            self.pause()
            self.moved.emit()
        elif self._heard is not None and self._passage is not None:
            when, begin = self._heard
            gone = min(time.monotonic() - when, 2 * AHEAD_MS / 1000) - AHEAD_MS / 1000
            self.position = max(0.0, begin + gone * self.speed)
            self.moved.emit()
