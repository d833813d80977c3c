from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labeling.tables import sampling, source
from labeling.tables.sampling import drawn_rows
from labeling.tables.source import opened

LINES = st.lists(st.sampled_from(["1,2", 'a,"x\ny"', '"",""', "", 'q,"he said ""no"""']), min_size=1, max_size=30)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES, last_end=st.booleans(), chunk=st.integers(1, 9), seed=st.integers(0, 100))
def test_kept_lines_are_copied_whole_wherever_the_chunks_end(
    tmp_path: Path, lines: list[str], last_end: bool, chunk: int, seed: int
) -> None:
    lines = [*lines, "end,end"]
    path = tmp_path / "all.csv"
    path.write_text("\n".join(lines) + ("\n" if last_end else ""), encoding="utf-8", newline="")
    keep = np.random.default_rng(seed).random(len(lines)) < 0.5
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sampling, "CHUNK", chunk)
        assert sampling.count_rows(path, quoted=True) == len(lines)
        sampling.write_rows(path, tmp_path / "some.csv", quoted=True, keep=keep)
    expected = "\n".join(line for line, kept in zip(lines, keep, strict=True) if kept)
    assert (tmp_path / "some.csv").read_text(encoding="utf-8").rstrip("\n") == expected.rstrip("\n")


def test_a_table_too_large_for_memory_is_drawn_from_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "IN_MEMORY_BYTES", 1000)
    monkeypatch.setattr(source, "MAX_ROWS", 500)
    path = tmp_path / "large.csv"
    path.write_text("a,y\n" + "".join(f"{row},{row % 2}\n" for row in range(5000)), encoding="utf-8")
    with opened(path) as table:
        drawn = table.lazy.collect()["a"].cast(int).to_list()
        assert (table.total, table.rows, len(drawn)) == (5000, 500, 500)
        assert "5,000 rows" in table.notes[0]
        assert "500 of them" in table.notes[0]
    assert drawn == sorted(set(drawn))
    assert 2000 < float(np.mean(drawn)) < 3000
    with opened(path) as again:
        assert again.lazy.collect()["a"].cast(int).to_list() == drawn
    with opened(path, whole=True) as table:
        assert table.lazy.collect().height == 5000


WRITERS: dict[str, Callable[[pl.DataFrame, Path], object]] = {
    ".csv": lambda frame, path: frame.write_csv(path),
    ".tsv": lambda frame, path: frame.write_csv(path, separator="\t"),
    ".xlsx": lambda frame, path: frame.write_excel(path),
    ".jsonl": lambda frame, path: frame.write_ndjson(path),
    ".parquet": lambda frame, path: frame.write_parquet(path),
}


@pytest.mark.parametrize("ending", WRITERS)
def test_more_rows_than_the_limit_are_drawn_from_however_small_the_file(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "MAX_ROWS", 500)
    path = tmp_path / f"long{ending}"
    WRITERS[ending](pl.DataFrame({"a": range(5000), "y": [row % 2 for row in range(5000)]}), path)
    with opened(path) as table:
        assert (table.total, table.rows) == (5000, 500)
        assert [int(float(cell)) for cell in table.lazy.collect()["a"]] == drawn_rows(5000, 500).tolist()
        (note,) = table.notes
        assert note.startswith(f"long{ending} has 5,000 rows, more than fit in memory; 500 of them, drawn evenly,")
    with opened(path, whole=True) as table:
        assert (table.total, table.rows, table.lazy.collect().height, table.notes) == (5000, 5000, 5000, ())
    monkeypatch.setattr(source, "MAX_ROWS", 5000)
    with opened(path) as table:
        assert (table.rows, table.lazy.collect().height, table.notes) == (5000, 5000, ())


def test_of_more_columns_fewer_rows_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_CELLS", 400)
    path = tmp_path / "wide.csv"
    path.write_text("a,y\n" + "".join(f"{row},{row % 2}\n" for row in range(300)), encoding="utf-8")
    with opened(path) as table:
        assert (table.total, table.rows, table.lazy.select("y").collect().height) == (300, 200, 200)


def test_blank_lines_count_for_no_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_ROWS", 500)
    path = tmp_path / "loose.csv"
    path.write_text("a,y\n" + "".join(f"{row},{row % 2}\n\n" for row in range(400)), encoding="utf-8")
    with opened(path) as table:
        assert (table.total, table.rows, table.notes) == (400, 400, ())


@pytest.mark.parametrize("ending", WRITERS)
@pytest.mark.parametrize("in_memory", [1_000, 1 << 20])
def test_of_rows_with_long_texts_fewer_are_kept_and_said(
    ending: str, in_memory: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "IN_MEMORY_BYTES", in_memory)
    monkeypatch.setattr(source, "MAX_BYTES", 20_000)
    path = tmp_path / f"texts{ending}"
    texts = [f"{'word ' * 19}{row:05}" for row in range(1000)]
    WRITERS[ending](pl.DataFrame({"text": texts, "y": [row % 2 for row in range(1000)]}), path)
    with opened(path) as table:
        assert table.total == 1000 and 180 <= table.rows <= 200
        assert table.lazy.collect()["text"].to_list() == [texts[row] for row in drawn_rows(1000, table.rows)]
        assert table.notes[0].startswith(f"texts{ending} has 1,000 rows, more than fit in memory; {table.rows} of them")
    with opened(path, whole=True) as table:
        assert table.lazy.collect().height == 1000


def test_long_lists_count_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_BYTES", 25 * 200 * source.ITEM_BYTES)
    path = tmp_path / "lists.parquet"
    pl.DataFrame({"y": range(100), "series": [[0.5] * 200] * 100}).write_parquet(path)
    with opened(path) as table:
        assert (table.total, table.rows) == (100, 25)
