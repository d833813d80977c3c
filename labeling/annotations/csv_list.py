"""CSV and XLSX: a line a sample, its file, text or cells, its label and its part; read again as any such table is.

Several classes are joined by ``;``, and the cell is empty where a sample has none of them. Of a table the parts are
files of their own, since a table has no column for them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from typing_extensions import override

from engine.separated import MISSING
from engine.task import Modality
from labeling.annotations.codec import Writer
from labeling.annotations.model import Annotated, Annotations, Carried, Head
from labeling.classes import JOINED_BY, joinable
from labeling.errors import ExportRefused
from labeling.splits import SPLIT_COLUMNS

STEM = "labels"
MOST_CELL = 32_767  # letters that XLSX holds in a cell
MOST_LINES = 1_048_575  # that XLSX holds below its header
MOST_COLUMNS = 16_384
DAY, WITH_TIME = "%Y-%m-%d", "%Y-%m-%d %H:%M:%S"
SECONDS = 86_400  # of a day


class CsvList(Writer):
    """Classes and numbers of whole samples."""

    name = "csv"
    title = "CSV"
    modalities = frozenset(Modality)
    carries = frozenset({Carried.CLASS, Carried.CLASSES, Carried.NONE, Carried.NUMBER, Carried.SPLIT})
    ending: ClassVar[str] = ".csv"

    @override
    def write(self, annotations: Annotations, folder: Path) -> None:
        said = [sample for sample in annotations.samples if sample.classes is not None or sample.number is not None]
        rows = any(sample.row is not None for sample in said)
        parted = rows and any(sample.split == "test" for sample in said)
        for stem in ("train", "test") if parted else (STEM,):
            part = [sample for sample in said if not parted or (sample.split == "test") == (stem == "test")]
            header, lines = (_of_rows if rows else _of_samples)(part, annotations.head)
            told = (line for _sample, line in zip(annotations.one_by_one(part), lines, strict=True))
            self._save(folder / f"{stem}{self.ending}", header, told)

    @override
    def cannot_carry(self, annotations: Annotations) -> list[str]:
        joined = sum(JOINED_BY in name for sample in annotations.samples for name in sample.classes or ())
        sentence = f"{self.title} joins classes by “{JOINED_BY}”, so it becomes “,” in {joined:,} names of classes."
        return [*super().cannot_carry(annotations), *([sentence] if joined else []), *self._unread(annotations)]

    def _unread(self, annotations: Annotations) -> list[str]:
        """Return a sentence about classes that whoever reads the file takes for a missing cell."""
        cells = [JOINED_BY.join(sample.names).strip() for sample in annotations.samples]
        unread = [cell for cell in cells if cell and cell in MISSING]
        if not unread:
            return []
        number = "1 sample comes" if len(unread) == 1 else f"{len(unread):,} samples come"
        return [
            f"“{unread[0]}” in {self.title} means that nothing is there, so {number} back without a label. "
            "Rename that class to keep them."
        ]

    def _save(self, path: Path, header: Sequence[str], lines: Iterator[list[Any]]) -> None:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(lines)


class XlsxList(CsvList):
    """The same as a spreadsheet, in which every cell is text, so that no class turns into a date or a formula."""

    name = "xlsx"
    title = "Excel (XLSX)"
    ending = ".xlsx"

    @override
    def _save(self, path: Path, header: Sequence[str], lines: Iterator[list[Any]]) -> None:
        from xlsxwriter import Workbook
        from xlsxwriter.exceptions import XlsxWriterException

        table = [list(header), *lines]
        long = any(isinstance(cell, str) and len(cell) > MOST_CELL for line in table for cell in line)
        if len(table) > MOST_LINES + 1 or len(header) > MOST_COLUMNS or long:
            raise ExportRefused(
                f"A sheet holds {MOST_LINES:,} lines, {MOST_COLUMNS:,} columns and {MOST_CELL:,} letters a cell, and "
                "this is more. Choose CSV."
            )
        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        book = Workbook(str(path), {**options, "constant_memory": True})
        sheet = book.add_worksheet("labels")
        for at, line in enumerate(table):
            for column, cell in enumerate(line):
                (sheet.write_number if isinstance(cell, int | float) else sheet.write_string)(at, column, cell)
        try:
            book.close()
        except XlsxWriterException as error:
            raise OSError(f"{error}") from error


def _of_samples(samples: list[Annotated], head: Head) -> tuple[list[str], Iterator[list[Any]]]:
    texts = any(sample.text is not None for sample in samples)
    parts = any(sample.split for sample in samples)
    header = [(head.text or "text") if texts else "filename"]
    header.append(_free(head.target or _target(samples), header))
    if parts:
        header.append(next(name for name in SPLIT_COLUMNS if name not in header))
    return header, (
        [sample.text if texts else sample.name, _cell(sample), *([sample.split or ""] if parts else [])]
        for sample in samples
    )


def _of_rows(samples: list[Annotated], head: Head) -> tuple[list[str], Iterator[list[Any]]]:
    rows = [sample.row or {} for sample in samples]
    names = list(dict.fromkeys(name for row in rows for name in row))
    patterns = {name: _pattern(pattern, (row.get(name) for row in rows)) for name, pattern in head.dates.items()}
    lines = (
        [*(_written(row.get(name), patterns.get(name)) for name in names), _cell(sample)]
        for row, sample in zip(rows, samples, strict=True)
    )
    return [*names, _free(head.target or _target(samples), names)], lines


def _target(samples: Sequence[Annotated]) -> str:
    """Return what the column of labels is called: a ``label`` of whole numbers would come back as a class."""
    return "value" if any(sample.number is not None for sample in samples) else "label"


def _free(name: str, taken: Sequence[str]) -> str:
    """Return a name for a column that no other has."""
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{name} {number}"
    return free


def _pattern(pattern: str, days: Iterable[Any]) -> str:
    """Return how a column of dates is written: as in its file, or with the time where some have one that was not."""
    timed = any(isinstance(day, float) and not day.is_integer() for day in days)
    return WITH_TIME if timed and "%H" not in pattern else pattern or DAY


def _written(cell: Any, pattern: str | None) -> Any:
    if cell is None:
        return ""
    if pattern is None or not isinstance(cell, int | float):
        return cell
    try:
        return (datetime(1970, 1, 1) + timedelta(seconds=round(cell * SECONDS))).strftime(pattern)
    except (OverflowError, ValueError):  # no calendar goes so far
        return cell


def _cell(sample: Annotated) -> str:
    if sample.number is not None:
        return repr(sample.number)
    return JOINED_BY.join(map(joinable, sample.classes or ()))
