"""The sound device: opened when something is first played, in a thread, since some take a while to wake up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

AHEAD_MS = 60  # is asked for before it is heard
NO_DEVICE = "No sound device was found, so nothing is heard. Everything else works: the playhead moves all the same."

Pull = Callable[[int], NDArray[np.float32]]
"""Return so many frames; fewer when nothing follows."""


class Speaker:
    """Plays what it pulls. Without a sound device it pulls in real time all the same, and ``silent`` says so."""

    def __init__(self) -> None:
        self.silent = ""
        self._device: Any = None
        self._rate = 0
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None

    def start(self, rate: int, pull: Pull) -> None:
        """Play frames at this rate, soon."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, thread_name_prefix="speaker")
        self._pool.submit(self._start, rate, pull)

    def stop(self) -> None:
        """Be quiet, soon."""
        if self._pool is not None:
            self._pool.submit(self._stop)

    def close(self) -> None:
        """Let go of the device."""
        if self._pool is not None:
            self._pool.submit(self._close)
            self._pool.shutdown(wait=True)
            self._pool = None

    def _start(self, rate: int, pull: Pull) -> None:
        import miniaudio

        try:
            self._play(rate, pull)
        except miniaudio.MiniaudioError:  # the device has gone since it was opened
            self._close()
            self._play(rate, pull)

    def _play(self, rate: int, pull: Pull) -> None:
        self._stop()
        if self._device is None or rate != self._rate:
            self._close()
            self._device, self._rate = self._opened(rate), rate
        frames = _frames(pull)
        next(frames)
        self._device.start(frames)

    def _stop(self) -> None:
        if self._device is not None and self._device.running:
            self._device.stop()

    def _close(self) -> None:
        if self._device is not None:
            self._device.close()
            self._device = None

    def _opened(self, rate: int) -> Any:
        import miniaudio

        shape = {"output_format": miniaudio.SampleFormat.FLOAT32, "nchannels": 1, "sample_rate": rate}
        real = [backend for backend in miniaudio.get_enabled_backends() if backend is not miniaudio.Backend.NULL]
        try:
            device = miniaudio.PlaybackDevice(**shape, buffersize_msec=AHEAD_MS, backends=real)
            self.silent = ""
        except miniaudio.MiniaudioError:
            self.silent = NO_DEVICE
            device = miniaudio.PlaybackDevice(**shape, buffersize_msec=AHEAD_MS, backends=[miniaudio.Backend.NULL])
        return device


def _frames(pull: Pull) -> Generator[bytes, int, None]:
    wanted = yield b""
    while True:
        frames = np.zeros(wanted, np.float32)
        pulled = pull(wanted)
        frames[: len(pulled)] = pulled
        wanted = yield frames.tobytes()
