"""Rows of a table, typed in as a mapping or read from a CSV file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import DataError
from engine.modalities.table.decode import as_days, as_number, as_words
from engine.modalities.table.terms import LONGEST
from engine.task import Column, ColumnType, Task
from exporters.standalone.errors import Unreadable
from exporters.standalone.terms import term_feeds

ROWS_A_CALL = 4096
LETTERS_A_CALL = 250_000  # each makes up to one and a half terms, of which a graph takes some 450 bytes

_CELLS_A_CALL, _FEWEST_ROWS = 200_000, 16  # a graph of wide rows makes many numbers of each cell

Row = tuple[float | str | None, ...]


def rows_a_call(columns: int) -> int:
    """Return how many rows of so many columns fit in a call.

    >>> [rows_a_call(columns) for columns in (10, 800, 20_000)]
    [4096, 250, 16]
    """
    return min(ROWS_A_CALL, max(_FEWEST_ROWS, _CELLS_A_CALL // max(1, columns)))


class RowReader:
    """Reads rows. An item holds a cell for each of the model's columns; items with about as many letters share a call.

    Letters count in columns of sentences alone: without one, any items share a call.
    """

    def __init__(self, folder: Path, task: Task, manifest: Mapping[str, Any]) -> None:
        inputs = {
            str(column["name"]): [str(name) for name in column["inputs"]] for column in manifest["reading"]["columns"]
        }
        self._fed = tuple((column, inputs[column.name]) for column in task.columns)
        self.columns = tuple(column.name for column in task.columns)

    def read(self, raw: bytes | str | Mapping[str, object]) -> Row:
        """Return the row; an absent column, None and text such as ``NA`` or none at all are missing."""
        if not isinstance(raw, Mapping):
            raise Unreadable("This model takes rows of a table: send the values under the names of their columns.")
        try:
            return tuple(_cell(column, raw.get(column.name)) for column, _ in self._fed)
        except DataError as error:
            raise Unreadable(str(error)) from error

    def kin(self, item: Row) -> int:
        """Return what items of one call share: about how many letters are looked at."""
        written = (cell for cell, (column, _) in zip(item, self._fed, strict=False) if column.type is ColumnType.TEXT)
        return sum(min(len(cell), LONGEST) for cell in written if isinstance(cell, str)).bit_length()

    def most(self, item: Row) -> int:
        """Return how many items like this one fit in a call; of an item without cells, the most of any."""
        return max(1, min(rows_a_call(len(self._fed)), LETTERS_A_CALL >> self.kin(item)))

    def blank(self) -> Row:
        """Return the smallest sample there is."""
        return (None,) * len(self._fed)

    def feeds(self, items: Sequence[Row]) -> dict[str, np.ndarray[Any, Any]]:
        """Return what the graph takes for these items: each column as [n, 1], one of sentences as its terms."""
        feeds: dict[str, np.ndarray[Any, Any]] = {}
        for place, (column, names) in enumerate(self._fed):
            feeds.update(zip(names, _arrays(column, [item[place] for item in items]), strict=True))
        return feeds


def _arrays(column: Column, cells: Sequence[Any]) -> tuple[np.ndarray[Any, Any], ...]:
    if column.type is ColumnType.TEXT:
        return term_feeds(cells)
    if column.type is ColumnType.CATEGORY:
        return (np.array(["" if cell is None else cell for cell in cells], dtype=object).reshape(-1, 1),)
    return (np.array([np.nan if cell is None else cell for cell in cells], dtype=np.float64).reshape(-1, 1),)


def _cell(column: Column, value: object) -> float | str | None:
    if column.type is ColumnType.NUMBER:
        return as_number(column.name, value)
    if column.type is ColumnType.DATE:
        return as_days(column.name, value)
    words = as_words(column.name, value)
    if words is not None:
        _check_unicode(column.name, words)
    return words


def _check_unicode(name: str, words: str) -> None:
    try:
        words.encode()
    except UnicodeEncodeError as error:
        raise Unreadable(f"The text in {name!r} is damaged: it holds half a character. Send valid UTF-8.") from error
