"""What was taken for what, as a grid: rows are what samples are, columns what the model said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.arrays import IntArray
from engine.wording import count
from exporters.report.plain import shown
from exporters.report.plots.scene import Mark, Rect, Role, Scene, Words, fitting, width_of

_WIDEST, _CELL_MOST, _CELL_LEAST = 720.0, 64.0, 34.0
_NAMES, _TOP, _HEADS = 150.0, 22.0, 118.0
_FAINT, _STRONG = 0.07, 0.55  # never so strong that the number on it is hard to read
MOST = 16


@dataclass(frozen=True, slots=True)
class Grid:
    """Counts [n, n] with a name each; ``others`` counts the classes that the last row and column stand for."""

    names: tuple[str, ...]
    counts: IntArray
    others: int = 0


def gathered(names: Sequence[str], counts: IntArray, most: int = MOST) -> Grid:
    """Return the grid of all classes, or of those with the most mistakes and one for all the others together."""
    if len(names) <= most:
        return Grid(tuple(names), counts)
    wrong = counts.sum(axis=0) + counts.sum(axis=1) - 2 * np.diag(counts)
    order = np.lexsort((-counts.sum(axis=1), -wrong))
    kept = np.sort(order[: most - 1])
    place = np.full(len(names), most - 1)
    place[kept] = np.arange(most - 1)
    small = np.zeros((most, most), dtype=np.int64)
    np.add.at(small, (place[:, None], place[None, :]), counts)
    others = len(names) - (most - 1)
    return Grid((*(names[k] for k in kept), f"{count(others)} others"), small, others)


def matrix(grid: Grid) -> Scene:
    """Draw a grid; each cell is as strong as its share of its row."""
    size = len(grid.names)
    names = tuple(shown(name) for name in grid.names)
    left = min(_NAMES, 16 + max(width_of(name) for name in names)) + 20
    cell = min(_CELL_MOST, max(_CELL_LEAST, (_WIDEST - left) / size))
    level = max(width_of(name) for name in names) <= cell - 6
    top = _TOP + (22 if level else min(_HEADS, 14 + max(width_of(name) for name in names)))
    marks: list[Mark] = [Words(left + size * cell / 2, 14, "what the model said", "middle", "muted")]
    marks.append(Words(14, top + size * cell / 2, "what it is", "middle", "muted", upwards=True))
    for k, name in enumerate(names):
        middle = (k + 0.5) * cell
        marks.append(Words(left - 8, top + middle + 4, fitting(name, left - 30), "end"))
        if level:
            marks.append(Words(left + middle, top - 8, name, "middle"))
        else:
            marks.append(Words(left + middle + 4, top - 8, fitting(name, top - _TOP - 10), "start", upwards=True))
    marks += [mark for row in range(size) for mark in _row(grid, row, (left, top, cell), names)]
    return Scene(left + size * cell + 2, top + size * cell + 2, tuple(marks), "What was taken for what", _words(grid))


def _row(grid: Grid, row: int, at: tuple[float, float, float], names: tuple[str, ...]) -> list[Mark]:
    left, top, cell = at
    total = max(int(grid.counts[row].sum()), 1)
    marks: list[Mark] = []
    for column, number in enumerate(grid.counts[row].tolist()):
        x, y = left + column * cell, top + row * cell
        strength = _FAINT + (_STRONG - _FAINT) * number / total if number else 0.0
        lumped = grid.others > 0 and row == column == len(names) - 1
        role: Role = "muted" if lumped else "good" if row == column else "bad"
        said = f"{names[row]}: {count(number)} of {count(total)} named {names[column]}"
        marks.append(Rect(x + 1, y + 1, cell - 2, cell - 2, "grid", 0.35))
        marks.append(Rect(x + 1, y + 1, cell - 2, cell - 2, role, strength, said))
        if number:
            marks.append(
                Words(x + cell / 2, y + cell / 2 + 4, fitting(count(number), cell - 2, 11.0), "middle", size=11)
            )
    return marks


def _words(grid: Grid) -> str:
    counts = grid.counts
    right, total = int(np.trace(counts)), int(counts.sum())
    if grid.others:
        return (
            f"A grid of the {len(grid.names) - 1} classes with the most mistakes and of {count(grid.others)} others "
            f"together; {count(total)} samples. Rows are what they are, columns what the model said."
        )
    return (
        f"A grid of {len(grid.names)} classes: {count(right)} of {count(total)} samples lie on the diagonal, where the "
        "answer is right. The table of mix-ups below names the largest of the others."
    )
