"""A sound file read a stretch at a time, so that one of hours needs no more memory than one of seconds."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from labeling.errors import MediaRefused
from labeling.media.sound import check_rate

if TYPE_CHECKING:
    from collections.abc import Iterator

Samples = NDArray[np.float32]
AT_ONCE = 1 << 19  # frames of any number of channels are read in such portions


class Recording:
    """An open sound file, its channels mixed to one. Safe to use from several threads.

    Attributes:
        frames: how many there are.
        rate: frames a second.

    Raises:
        MediaRefused: it cannot be read as a sound.
    """

    def __init__(self, path: Path | str) -> None:
        import soundfile

        self._lock = threading.Lock()
        try:
            self._file: Any = soundfile.SoundFile(path)
            check_rate(int(self._file.samplerate))
        except MediaRefused:
            self._file.close()
            raise
        except (soundfile.SoundFileError, OSError, RuntimeError, TypeError, ValueError) as error:
            raise MediaRefused(f"The sound can't be opened ({error}).") from error
        self.frames, self.rate = int(self._file.frames), int(self._file.samplerate)

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.frames / self.rate

    def read(self, start: int, count: int) -> Samples:
        """Return ``count`` frames from ``start`` on, silence where there are none, shape (count,).

        Raises:
            MediaRefused: the file is damaged there, or gone.
        """
        found = np.zeros(max(0, count), np.float32)
        first, end = max(0, start), min(start + count, self.frames)
        with self._lock:
            for at in range(first, end, AT_ONCE):
                block = self._block(at, min(AT_ONCE, end - at))
                found[at - start : at - start + len(block)] = block
        return found

    def blocks(self, count: int) -> Iterator[Samples]:
        """Yield all frames in order, ``count`` at a time.

        Raises:
            MediaRefused: the file is damaged, or gone.
        """
        for start in range(0, self.frames, count):
            yield self.read(start, min(count, self.frames - start))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._file.close()

    def __enter__(self) -> Recording:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _block(self, start: int, count: int) -> Samples:
        import soundfile

        try:
            if self._file.tell() != start:
                self._file.seek(start)
            read = self._file.read(count, dtype="float32", always_2d=True)
        except (soundfile.SoundFileError, OSError, RuntimeError, ValueError) as error:
            raise MediaRefused(f"The sound is damaged or cut off ({error}).") from error
        mixed: Samples = read[:, 0] if read.shape[1] == 1 else read.mean(axis=1)
        return np.nan_to_num(mixed, posinf=0.0, neginf=0.0)
