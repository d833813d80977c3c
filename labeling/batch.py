"""What an import hands over: samples as rows, and the list of what was left out.

One row a sample:

=============  ================  ===================================================================
column         type              meaning
=============  ================  ===================================================================
``id``         String            unique; a path relative to the imported folder, or a row number
``reference``  String            absolute path of the media file; null for a table
``content``    String            XXH3-128 of the file's bytes, hexadecimal; null for a table
``look``       Int64             64-bit difference hash of the picture; null where there is none
``tones``      Binary            the 9 x 8 grey levels that ``look`` was taken from; empty where they say nothing,
                                 null where the picture was not looked at
``label``      String | Float64  class name or number; null where there is none
``split``      String            ``train`` or ``test`` where the data sets a test part apart, or null
``marks``      String            boxes, regions or spans (:mod:`labeling.annotations.marks`); absent or null for none
``x:<name>``   Float64 | String  an input column of a table
=============  ================  ===================================================================
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from labeling.errors import Cancelled

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that was left out or mended, and why.

    Attributes:
        path: what it is about, relative to what was imported; empty for the whole.
        sentence: what happened and what was done.
        counted: whether a sentence of its own tells of all like this one together.
    """

    path: str
    sentence: str
    counted: bool = False


def summed_up(problems: Sequence[Problem], one: str, several: str) -> list[str]:
    """Return a sentence about problems, the first as an example; ``one`` and ``several`` say what they were."""
    if not problems:
        return []
    first, number = problems[0], len(problems)
    said = f"{number:,} {one if number == 1 else several}"
    return [f"{said}; the first, {first.path}: {first.sentence}" if first.path else f"{said}: {first.sentence}"]


def save_problems(problems: Sequence[Problem], path: Path) -> None:
    """Write a list of what was left out as CSV: what it is about, and what happened.

    Names come from outside, so none is written in a way that a spreadsheet would take for a formula.

    Raises:
        OSError: the file cannot be written.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["file", "what happened"])
        lines.writerows([_plain(problem.path), _plain(problem.sentence)] for problem in problems)


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.lstrip().startswith(("=", "+", "-", "@")) else cell


@dataclass(frozen=True)
class Batch:
    """Samples to take in (see the module's table) and what was left out on the way."""

    frame: pl.DataFrame
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Watch:
    """How long work tells how far it is and asks whether to go on."""

    progress: Callable[[int, int], None] | None = None
    cancelled: Callable[[], bool] | None = None

    def step(self, done: int, total: int) -> None:
        """Report ``done`` of ``total``.

        Raises:
            Cancelled: the person stopped it.
        """
        if self.cancelled is not None and self.cancelled():
            raise Cancelled
        if self.progress is not None:
            self.progress(done, total)
