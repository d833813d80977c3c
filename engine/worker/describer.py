"""``python -m engine.worker.describer``: tells what samples are like, a few at a time, for whoever compares them.

It reads JSON objects, one a line, from stdin::

    {"modality": "image", "columns": [], "dataset": ".../samples.parquet", "cache": "...", "threads": 2}
    {"first": [17, 4]}                      these rows next, please

and answers on stdout with JSON lines, of which those with rows are followed by ``bytes`` bytes, float32
[rows, length], a row of NaN where a sample cannot be read::

    {"samples": 2021, "length": 1280, "look": 0}
    {"rows": [17, 4, ...], "bytes": 163840}
    {"done": true}                          or {"fatal": "..."}

Rows nobody asked for come in random order, so that any beginning is like the whole. Photos are described twice, all of
them cheaply first, then all of them better, which begins with ``"look": 1``. What a network finds is kept in the
cache, where training looks for it. When stdin closes the process ends at once, and nothing that was computed is lost.
"""

from __future__ import annotations

import importlib
import json
import os
import queue
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from engine.arrays import Float32Array, IntArray
from engine.dataset import Dataset
from engine.errors import EngineError
from engine.task import Column, ColumnType, Kind, Modality, Task
from engine.worker.niceness import give_way

AT_ONCE = {Modality.IMAGE: 64, Modality.AUDIO: 16, Modality.TEXT: 64, Modality.TABLE: 4096}
SEED = 0

Describe = Callable[[IntArray, int], Float32Array]


class Turn:
    """Whose turn it is: rows asked for, the last wish first, then all others in random order."""

    def __init__(self, samples: int) -> None:
        self._order = np.random.default_rng(SEED).permutation(samples)
        self._waiting = np.ones(samples, dtype=np.bool_)
        self._place = 0
        self._wished: list[int] = []

    def wish(self, rows: list[int]) -> None:
        """Take these rows next."""
        wanted = [row for row in rows if 0 <= row < len(self._waiting)]
        self._wished = list(dict.fromkeys([*wanted, *self._wished]))

    def take(self, most: int) -> IntArray:
        """Return at most so many rows whose turn it is; none at the end."""
        taken: list[int] = []
        while self._wished and len(taken) < most:
            row = self._wished.pop(0)
            if self._waiting[row]:
                self._waiting[row] = False
                taken.append(row)
        while self._place < len(self._order) and len(taken) < most:
            row = int(self._order[self._place])
            self._place += 1
            if self._waiting[row]:
                self._waiting[row] = False
                taken.append(row)
        return np.array(taken, dtype=np.int64)


@dataclass(frozen=True)
class Describing:
    """What tells what some of ``total`` samples are like, at each of its ``looks``; asked ``at_once``."""

    total: int
    describe: Describe
    at_once: int
    looks: int


def describing(request: dict[str, Any]) -> Describing:
    """Open the samples.

    Raises:
        EngineError: the samples cannot be opened.
    """
    modality = Modality(request["modality"])
    columns = tuple(Column(c["name"], ColumnType(c["type"]), c.get("format", "")) for c in request["columns"])
    task = Task(modality, Kind.REGRESSION, columns=columns)  # what is asked of samples does not change what they are
    dataset = Dataset.read(Path(request["dataset"]))
    rooms = f"engine.modalities.{modality.value}"
    samples = importlib.import_module(f"{rooms}.samples").open_samples(dataset, task, Path(request["cache"]))
    room = importlib.import_module(f"{rooms}.described")
    if modality is Modality.TABLE:
        table: Float32Array = room.described(samples, columns)
        return Describing(len(samples), lambda rows, _look: table[rows], AT_ONCE[modality], looks=1)
    threads = int(request["threads"])

    def describe(rows: IntArray, look: int) -> Float32Array:
        described: Float32Array = room.described(samples.take(rows), "cpu", threads, look)
        return described

    return Describing(len(samples), describe, AT_ONCE[modality], room.LOOKS)


def tell(request: dict[str, Any], wishes: queue.Queue[list[int]], out: BinaryIO) -> None:
    """Describe all samples, those that somebody wishes first."""
    job = describing(request)
    for look in range(job.looks):
        length = 0
        for rows in _turns(Turn(job.total), wishes, job.at_once):
            features = np.ascontiguousarray(job.describe(rows, look), dtype="<f4")
            if not length:
                length = features.shape[1]
                _say(out, {"samples": job.total, "length": length, "look": look})
            _say(out, {"rows": rows.tolist(), "bytes": features.nbytes}, features.tobytes())
    _say(out, {"done": True})


def _turns(turn: Turn, wishes: queue.Queue[list[int]], at_once: int) -> Iterator[IntArray]:
    while True:
        while not wishes.empty():
            turn.wish(wishes.get())
        rows = turn.take(at_once)
        if not len(rows):
            return
        yield rows


def _say(out: BinaryIO, message: dict[str, Any], more: bytes = b"") -> None:
    out.write(json.dumps(message).encode() + b"\n" + more)
    out.flush()


def _listen(wishes: queue.Queue[list[int]]) -> None:
    """Hand wishes on; end the process, wherever it is, once nobody listens to it any more."""
    for line in sys.stdin:
        wishes.put([int(row) for row in json.loads(line)["first"]])
    os._exit(0)


def main() -> int:
    """Describe what the first line of stdin asks for, give way to all else meanwhile, and wait to be left."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not mix with the answers
    give_way()
    request = json.loads(sys.stdin.readline() or "null")
    if request is None:
        return 0
    wishes: queue.Queue[list[int]] = queue.Queue()
    threading.Thread(target=_listen, args=(wishes,), daemon=True).start()
    try:
        tell(request, wishes, out)
    except EngineError as error:
        _say(out, {"fatal": str(error)})
        return 1
    except BrokenPipeError:
        return 0
    return 0


if __name__ == "__main__":
    code = main()
    os._exit(code)  # a thread still waits for stdin, and the libraries need not be taken down in good order
