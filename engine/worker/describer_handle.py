"""Learn what samples are like from a process that has torch, without having it: see :mod:`engine.worker.describer`."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Self

import numpy as np

from engine.arrays import Float32Array, IntArray
from engine.dataset import Dataset
from engine.device import thread_environment, threads
from engine.task import Column, Modality
from engine.worker.lines import hang_up, said, say

NO_ANSWER = "Looking at the samples stopped unexpectedly. Nothing is lost; it goes on when the project is opened again."
_FOLDER, _SAMPLES = "described", "samples.parquet"


@dataclass(frozen=True)
class Told:
    """Features [k, d] of ``rows`` [k], of ``total`` samples: a row of NaN where one cannot be read.

    Each sample is told of once at each ``look``; a later look sees more.
    """

    look: int
    total: int
    rows: IntArray
    features: Float32Array


Take = Callable[[Told], None]
End = Callable[[str], None]


@dataclass(frozen=True)
class Request:
    """Which samples are to be described: ``dataset`` is a file, ``cache`` the folder where features are kept."""

    dataset: Path
    modality: Modality
    columns: tuple[Column, ...]
    cache: Path

    @classmethod
    def write(cls, dataset: Dataset, modality: Modality, columns: Sequence[Column], cache: Path) -> Self:
        """Write the samples where the process finds them (OSError: full disk)."""
        path = cache / _FOLDER / _SAMPLES
        path.parent.mkdir(parents=True, exist_ok=True)
        dataset.write(path)
        return cls(path, modality, tuple(columns), cache)

    def to_json(self) -> dict[str, Any]:
        """Return what :mod:`engine.worker.describer` reads."""
        return {
            "modality": self.modality.value,
            "columns": [asdict(column) for column in self.columns],
            "dataset": str(self.dataset),
            "cache": str(self.cache),
            "threads": threads(),
        }


class DescriberHandle:
    """A process that describes samples and ends with whoever started it.

    ``take`` is called with what is told; ``end`` once, with an empty text when all is told, or with what went wrong.
    Both are called from a thread of this handle. After :meth:`close` nothing new is told.
    """

    def __init__(self, request: Request, take: Take, end: End) -> None:
        self._take, self._end = take, end
        self._closed = False
        self._process = subprocess.Popen(
            [sys.executable, "-m", "engine.worker.describer"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=thread_environment(),
        )
        self._say(request.to_json())
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def wish(self, rows: Sequence[int]) -> None:
        """Have these rows described next."""
        self._say({"first": [int(row) for row in rows]})

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until all is told; return whether it is."""
        self._listener.join(timeout_s)
        return not self._listener.is_alive()

    def close(self) -> None:
        """End the process at once; what it computed is kept. Does not wait for :meth:`wait`."""
        self._closed = True
        self._process.kill()
        self._process.wait()
        hang_up(self._process.stdin)

    def _say(self, message: object) -> None:
        say(self._process.stdin, message)  # where it has ended, the listener tells

    def _listen(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        with stream:
            reason = self._read(stream)
        if not self._closed:
            self._end(reason)

    def _read(self, stream: IO[bytes]) -> str:
        """Hand on all that is told; return what went wrong, nothing if nothing did."""
        samples, length, look = 0, 0, 0
        for message in said(stream):
            if "samples" in message:
                samples, length, look = message["samples"], message["length"], message["look"]
            elif "rows" in message:
                raw = stream.read(int(message["bytes"]))
                if len(raw) < int(message["bytes"]):
                    break
                features = np.frombuffer(raw, dtype="<f4").reshape(-1, length)
                if not self._closed:
                    self._take(Told(look, samples, np.array(message["rows"], dtype=np.int64), features))
            elif "fatal" in message:
                return str(message["fatal"])
            elif "done" in message:
                return ""
        return NO_ANSWER
