"""Rows of a table, put together for calls that take about as much room each."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.task import Column, ColumnType, Kind, Modality, Task
from exporters.standalone.tables import ROWS_A_CALL, RowReader

NUMBER = Column("size", ColumnType.NUMBER)
WORD = Column("colour", ColumnType.CATEGORY)
NOTE = Column("note", ColumnType.TEXT)


def reader(*columns: Column) -> RowReader:
    listed = [{"name": column.name, "inputs": [column.name]} for column in columns]
    task = Task(Modality.TABLE, Kind.REGRESSION, columns=columns)
    return RowReader(Path(), task, {"reading": {"columns": listed}})


def test_rows_without_sentences_share_calls_however_long_their_cells_are() -> None:
    plain = reader(NUMBER, WORD)
    short, long = plain.read({"size": 1}), plain.read({"colour": "x" * 5000})
    assert plain.kin(short) == plain.kin(long)
    assert plain.most(short) == plain.most(long) == plain.most(()) == ROWS_A_CALL


@pytest.mark.parametrize("letters", [100, 2000, 900_000])
def test_of_rows_with_long_sentences_fewer_share_a_call(letters: int) -> None:
    noted = reader(NUMBER, NOTE)
    item = noted.read({"size": 1, "note": "x" * letters})
    looked_at = min(letters, 2000)
    assert 125_000 <= noted.most(item) * looked_at <= 250_000
    assert noted.kin(item) != noted.kin(noted.read({"note": "x"}))


def test_short_sentences_and_none_at_all_share_large_calls() -> None:
    noted = reader(NUMBER, NOTE)
    for item in ((), noted.blank(), noted.read({"note": "a few"})):
        assert noted.most(item) == ROWS_A_CALL


def test_of_wide_rows_fewer_share_a_call() -> None:
    wide = reader(*(Column(f"n{place}", ColumnType.NUMBER) for place in range(800)))
    assert wide.most(wide.blank()) == wide.most(()) == 250
