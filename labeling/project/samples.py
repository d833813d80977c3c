"""Read the samples of a project: in pages for the window, as one frame for a snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.dataset import INPUT_PREFIX
from labeling.file_names import is_there
from labeling.project.store import Store
from labeling.project.stored import LISTED, Label, decode, gives_several

if TYPE_CHECKING:
    import polars as pl

PRESENT = "source IN (SELECT id FROM source WHERE present = 1)"
# With the plus SQLite looks samples up by name, not all of a source.
NAMED_PRESENT = f"+{PRESENT}"
PAGE = 200
PICKED_AT_ONCE = 500
AT_ONCE = 2000  # rows made a frame: for so long, and no longer, no other thread runs
ORDER = "\0order"


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample as the window shows it."""

    id: str
    reference: str | None
    label: Label
    split: str | None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which samples are wanted: all that match every field that is set.

    Attributes:
        label: this class only.
        labelled: True for those with a label, False for those without.
        text: a part of the id, in upper or lower case.
    """

    label: str | float | None = None
    labelled: bool | None = None
    text: str = ""

    def where(self, several: bool = False) -> tuple[str, list[Any]]:
        """Return the SQL condition and its values; ``several`` where each sample has any number of classes."""
        conditions: list[str] = [PRESENT]
        values: list[Any] = []
        if self.label is not None:
            conditions.append(f"? IN (SELECT value FROM json_each({LISTED}))" if several else "label = ?")
            values.append(self.label)
        if self.labelled is not None:
            conditions.append("label IS NOT NULL" if self.labelled else "label IS NULL")
        if self.text:
            conditions.append("instr(lower(name), ?) > 0")
            values.append(self.text.lower())
        return " AND ".join(conditions), values


class Samples:
    """The samples of a project, read only; ``tables`` is the folder of the inputs of tables."""

    def __init__(self, store: Store, tables: Path) -> None:
        self._store = store
        self.tables = tables
        self._inputs: dict[Path, pl.DataFrame] = {}

    def count(self, wanted: Filter) -> int:
        """Return how many match."""
        where, values = wanted.where(gives_several(self._store))
        return int(self._store.value(f"SELECT count(*) FROM sample WHERE {where}", values))

    def page(self, wanted: Filter, offset: int, limit: int) -> list[Sample]:
        """Return a stretch of the matching samples in the order they were added."""
        where, values = wanted.where(gives_several(self._store))
        # The numbers alone come from an index, so that a far page of a million rows does not read all before it.
        numbers = f"SELECT id FROM sample WHERE {where} ORDER BY id LIMIT ? OFFSET ?"
        sql = f"SELECT name, reference, label, split FROM sample WHERE id IN ({numbers}) ORDER BY id"
        return self._as_samples(self._store.rows(sql, [*values, limit, offset]))

    def ids(self, wanted: Filter, offset: int, limit: int) -> list[str]:
        """Return the ids of a stretch of the matching samples."""
        where, values = wanted.where(gives_several(self._store))
        sql = f"SELECT name FROM sample WHERE {where} ORDER BY id LIMIT ? OFFSET ?"
        return [name for (name,) in self._store.rows(sql, [*values, limit, offset])]

    def some(self, ids: Sequence[str]) -> list[Sample]:
        """Return the samples with these ids that are there, in the order asked for."""
        found: dict[str, Sample] = {}
        for part, marks in portions(ids):
            sql = f"SELECT name, reference, label, split FROM sample WHERE {NAMED_PRESENT} AND name IN ({marks})"
            found |= {sample.id: sample for sample in self._as_samples(self._store.rows(sql, part))}
        return [found[name] for name in ids if name in found]

    def missing(self, limit: int) -> list[Sample]:
        """Return samples whose media file is not there, at most ``limit``."""
        absent = []
        where = f"{PRESENT} AND reference IS NOT NULL"
        for row in self._store.rows(f"SELECT name, reference, label, split FROM sample WHERE {where} ORDER BY id"):
            if not is_there(row[1]):
                absent += self._as_samples([row])
            if len(absent) >= limit:
                break
        return absent

    def frame(self) -> pl.DataFrame:
        """Return all samples in the columns of :mod:`labeling.batch`, with their labels of now."""
        import polars as pl

        label = pl.Float64() if self._holds_numbers() else pl.String()
        sources = self._store.rows("SELECT id FROM source WHERE present = 1")
        parts = [self._part(source, label) for (source,) in sources]
        return pl.concat(parts, how="diagonal_relaxed") if parts else pl.DataFrame(schema=_schema(label))

    def inputs(self, ids: Sequence[str]) -> pl.DataFrame:
        """Return the table cells of these rows under their own names, in the order asked for."""
        import polars as pl

        places = self._places(ids)
        parts = []
        for source in sorted({owner for owner, _ in places}):
            first = self._store.value("SELECT min(id) FROM sample WHERE source = ?", (source,))
            table = self.table(source)
            wanted = [(at, number - first) for at, (owner, number) in enumerate(places) if owner == source]
            if table is not None and wanted:
                order, rows = zip(*wanted, strict=True)
                parts.append(table[list(rows)].with_columns(pl.Series(ORDER, order)))
        if not parts:
            return pl.DataFrame()
        found = pl.concat(parts, how="diagonal_relaxed").sort(ORDER).drop(ORDER)
        return found.rename({name: name.removeprefix(INPUT_PREFIX) for name in found.columns})

    def table_path(self, source: int) -> Path:
        """Return where the inputs of a table import lie."""
        named = self._store.value("SELECT inputs FROM source WHERE id = ?", (source,))
        return self.tables / (named or f"{source}.parquet")

    def new_table_path(self, source: int) -> Path:
        """Return where other inputs of a table import can be put."""
        number = 2
        while (path := self.tables / f"{source}-{number}.parquet").exists():
            number += 1
        return path

    def table(self, source: int) -> pl.DataFrame | None:
        """Return the inputs of a table import; None for other imports."""
        import polars as pl

        path = self.table_path(source)
        if path not in self._inputs and path.is_file():
            self._inputs[path] = pl.read_parquet(path, glob=False)
        return self._inputs.get(path)

    def _holds_numbers(self) -> bool:
        """Return whether labels are numbers: of all samples, for an import without labels has none to tell it by."""
        numbers = f"SELECT 1 FROM sample WHERE {NAMED_PRESENT} AND label < '' LIMIT 1"  # which come before all texts
        return not gives_several(self._store) and self._store.value(numbers) is not None

    def _part(self, source: int, label: pl.DataType) -> pl.DataFrame:
        import polars as pl

        schema = _schema(label)
        several = gives_several(self._store)
        columns = f"name, reference, content, look, tones, {LISTED if several else 'label'}, split, marks"
        found = self._store.portions(f"SELECT {columns} FROM sample WHERE source = ? ORDER BY id", (source,), AT_ONCE)
        # Not strict: labels may turn into numbers between the two queries, and then all is read anew anyway.
        portions = [pl.DataFrame(rows, schema=schema, orient="row", strict=False) for rows in found]
        frame = pl.concat(portions, rechunk=True) if portions else pl.DataFrame(schema=schema)
        if several:
            frame = frame.with_columns(pl.col("label").str.json_decode(pl.List(pl.String)))
        inputs = self.table(source)
        return frame if inputs is None else pl.concat([frame, inputs], how="horizontal")

    def _as_samples(self, rows: Sequence[Any]) -> list[Sample]:
        several = gives_several(self._store)
        return [Sample(name, path, decode(label, several), split) for name, path, label, split in rows]

    def _places(self, ids: Sequence[str]) -> list[tuple[int, int]]:
        """Return (source, row number in the database) of the ids that are there; a source's rows are consecutive."""
        found: dict[str, tuple[int, int]] = {}
        for part, marks in portions(ids):
            sql = f"SELECT name, source, id FROM sample WHERE {NAMED_PRESENT} AND name IN ({marks})"
            found |= {name: (source, number) for name, source, number in self._store.rows(sql, part)}
        return [found[name] for name in ids if name in found]


def portions(ids: Sequence[str]) -> Iterator[tuple[list[str], str]]:
    """Yield the ids in portions that one query takes, with their placeholders."""
    for start in range(0, len(ids), PICKED_AT_ONCE):
        part = list(ids[start : start + PICKED_AT_ONCE])
        yield part, ", ".join("?" * len(part))


def _schema(label: pl.DataType) -> dict[str, Any]:
    import polars as pl

    return {
        "id": pl.String,
        "reference": pl.String,
        "content": pl.String,
        "look": pl.Int64,
        "tones": pl.Binary,
        "label": label,
        "split": pl.String,
        "marks": pl.String,
    }
