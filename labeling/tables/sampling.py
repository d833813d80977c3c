"""Draw rows evenly from a text table too large for memory, without reading more of it than its line ends.

Which rows are drawn depends on the number of rows alone, so the same file gives the same sample.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from engine.arrays import BoolArray, IntArray

CHUNK = 1 << 24
SEED = 20_240
LINE_FEED = 10
QUOTE = 34


def count_rows(path: Path, quoted: bool) -> int:
    """Return how many lines a UTF-8 text table has, a line feed between quotes not counted as an end."""
    rows = 0
    last = b"\n"
    for chunk, ends in _chunks(path, quoted):
        rows += len(ends)
        last = chunk[-1:]
    return rows if last == b"\n" else rows + 1


def drawn_rows(total: int, limit: int) -> IntArray:
    """Return ``limit`` of the numbers 0 to ``total`` - 1 in rising order, each as likely as any other."""
    return np.sort(np.random.default_rng(SEED).choice(total, limit, replace=False))


def write_rows(source: Path, target: Path, quoted: bool, keep: BoolArray) -> None:
    """Copy the lines of ``source`` for which ``keep`` [lines] is true."""
    at = 0
    with target.open("wb") as out:
        rest = b""
        for chunk, ends in _chunks(source, quoted):
            starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else np.empty(0, dtype=np.int64)
            wanted = np.flatnonzero(keep[at : at + len(ends)])
            if len(ends) and len(wanted) and wanted[0] == 0:
                out.write(rest)
            out.writelines(chunk[start : end + 1] for start, end in zip(starts[wanted], ends[wanted], strict=True))
            rest = (chunk[ends[-1] + 1 :]) if len(ends) else rest + chunk
            at += len(ends)
        if at < len(keep) and keep[at]:
            out.write(rest)


def _chunks(path: Path, quoted: bool) -> Iterator[tuple[bytes, IntArray]]:
    """Yield stretches of the file with the positions of the line ends in each."""
    inside = False
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            data = np.frombuffer(chunk, dtype=np.uint8)
            ends = np.flatnonzero(data == LINE_FEED)
            if quoted and (inside or QUOTE in chunk):
                quotes = np.flatnonzero(data == QUOTE)
                before = np.searchsorted(quotes, ends) + int(inside)
                ends = ends[before % 2 == 0]
                inside = bool((len(quotes) + int(inside)) % 2)
            yield chunk, ends
