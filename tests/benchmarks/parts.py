"""The samples of a dataset's part: what every contender is given, and the truth. The standard library alone."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.cases import FOLDERS, MANIFEST, Case

SEPARATOR = ";"  # between the classes of one sample
_CELL_LIMIT = 10_000_000


@dataclass(frozen=True)
class Part:
    """Samples in order: ``ids`` and ``labels`` as the data writes them, and either ``files`` or ``rows`` of cells."""

    ids: list[str]
    labels: list[str]
    files: list[Path] = field(default_factory=list)
    rows: list[dict[str, str]] = field(default_factory=list)

    @property
    def truth(self) -> dict[str, str]:
        """The label of each id."""
        return dict(zip(self.ids, self.labels, strict=True))

    def texts(self, target: str | None) -> list[str]:
        """Return each sample as one text: its file, or the cells of all columns but the target's."""
        if self.files:
            return [file.read_text(encoding="utf-8", errors="replace") for file in self.files]
        return ["\n".join(cell for name, cell in row.items() if name != target) for row in self.rows]


def read_part(case: Case, data: Path, part: str) -> Part:
    """Read ``train`` or ``test`` of a case. Ids are relative paths for a folder, and row numbers for a file."""
    where = data / (case.train if part == "train" else case.test)
    if case.layout == FOLDERS:
        files = sorted(file for file in where.rglob("*") if file.is_file())
        return Part([str(file.relative_to(where)) for file in files], [file.parent.name for file in files], files)
    assert case.target is not None
    rows = read_rows(where)
    ids, labels = [str(number) for number in range(len(rows))], [row[case.target] for row in rows]
    if case.layout == MANIFEST:
        return Part(ids, labels, [where.with_suffix("") / row["filename"] for row in rows])
    return Part(ids, labels, rows=rows)


def delimiter(table: Path) -> str:
    """Return what stands between the cells of a text table, by its ending."""
    return "\t" if table.suffix == ".tsv" else ","


def read_rows(table: Path) -> list[dict[str, str]]:
    """Read a CSV or TSV."""
    csv.field_size_limit(_CELL_LIMIT)
    with table.open(newline="", encoding="utf-8-sig") as lines:
        if table.suffix == ".tsv":
            return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
        return list(csv.DictReader(lines))


def write_rows(table: Path, rows: Sequence[dict[str, str]]) -> None:
    """Write rows with the same columns as a CSV or TSV."""
    with table.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.DictWriter(lines, list(rows[0]), delimiter=delimiter(table))
        writer.writeheader()
        writer.writerows(rows)


def names_of(label: str) -> set[str]:
    """Return the classes of a sample that may have several."""
    return {name.strip() for name in label.split(SEPARATOR) if name.strip()}
