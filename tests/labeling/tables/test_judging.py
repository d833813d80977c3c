"""A large table is judged by rows from all of it, however its rows are sorted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from engine.task import Kind
from labeling.importing import read, understand
from labeling.tables import judging
from labeling.tables.anew import offered
from labeling.tables.judging import judged
from labeling.tables.sampling import drawn_rows
from labeling.tables.source import opened

ROWS, DRAWN = 2_000, 100
ALL = range(ROWS)
WRITERS: dict[str, Callable[[pl.DataFrame, Path], object]] = {
    ".csv": lambda frame, path: frame.write_csv(path),
    ".parquet": lambda frame, path: frame.write_parquet(path),
}


@pytest.fixture(autouse=True)
def few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judge any table by a hundred rows."""
    monkeypatch.setattr(judging, "WHOLE_BYTES", 1_000)
    monkeypatch.setattr(judging, "JUDGED_ROWS", DRAWN)


@pytest.mark.parametrize("ending", WRITERS)
def test_a_sorted_table_is_judged_by_rows_from_all_of_it(ending: str, tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "height": [row % 97 + 0.5 for row in ALL],
            "site": ["north" if row < 300 or row % 3 else "south" for row in ALL],
            "split": ["train" if row < 1_990 else "test" for row in ALL],
            "kind": ["elm" if row < 1_500 else "oak" for row in ALL],
        }
    )
    WRITERS[ending](frame, tmp_path / f"trees{ending}")
    found = understand(tmp_path / f"trees{ending}")
    assert (found.target, found.kind, found.classes) == ("kind", Kind.MULTICLASS, ("elm", "oak"))
    assert [column.name for column in found.columns] == ["height", "site"]
    assert (found.samples, found.labelled) == (ROWS, ROWS)
    assert (found.parted_by, found.set_apart) == ("split", 10)
    assert read(found).frame["split"].to_list() == frame["split"].to_list()
    assert {column.name: column.example for column in offered(found)}["site"] == "north"


def test_what_is_too_rare_to_be_drawn_is_seen_all_the_same(tmp_path: Path) -> None:
    drawn = set(drawn_rows(ROWS, DRAWN).tolist())
    rare = set([row for row in ALL if row not in drawn][:20])
    frame = pl.DataFrame(
        {
            "height": [row % 97 + 0.5 for row in ALL],
            "odd": ["yes" if row % 5 == 0 and row in rare else "no" for row in ALL],
            "same": ["word"] * ROWS,
            "state": ["ill" if row in rare else "well" for row in ALL],
        }
    )
    frame.write_csv(tmp_path / "people.csv")
    found = understand(tmp_path / "people.csv")
    assert (found.target, found.classes) == ("state", ("ill", "well"))
    assert [column.name for column in found.columns] == ["height", "odd"]
    assert [(left.name, left.reason) for left in found.left_out] == [("same", "all its values are the same")]


def test_a_column_that_numbers_all_rows_numbers_those_that_are_drawn(tmp_path: Path) -> None:
    frame = pl.DataFrame({"at": ALL, "size": [row % 7 + 0.5 for row in ALL], "kind": ["ab"[row % 2] for row in ALL]})
    frame.write_csv(tmp_path / "rows.csv")
    assert [left.name for left in understand(tmp_path / "rows.csv").left_out] == ["at"]


def test_rows_of_more_bytes_are_fewer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "long.csv"
    pl.DataFrame({"at": ALL, "text": ["word " * 20] * ROWS}).write_csv(path)
    monkeypatch.setattr(judging, "JUDGED_BYTES", 2_000)
    with opened(path) as table:
        seen = judged(table)
        assert not seen.whole
        assert seen.read.select(pl.len()).collect().item() == ROWS
    assert seen.rows.height == ROWS * 2_000 // path.stat().st_size
    places = [int(place) for place in seen.rows["at"]]
    assert places == drawn_rows(ROWS, seen.rows.height).tolist()


def test_a_table_that_is_small_is_judged_by_all_its_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "WHOLE_BYTES", 1_000_000)
    pl.DataFrame({"at": ALL, "kind": ["a", "b"] * (ROWS // 2)}).write_csv(tmp_path / "small.csv")
    with opened(tmp_path / "small.csv") as table:
        seen = judged(table)
        assert seen.whole and seen.rows.height == ROWS
