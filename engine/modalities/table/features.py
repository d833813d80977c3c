"""Table columns as numbers: the one encoding that every table member and the exported graph share.

The arithmetic, column by column, in the order of ``TableEncoder.columns``:

* A number or date is its float64 value; null, NaN and both infinities are missing and become NaN.
* A category is a code: the ``m`` known values are 0..m-1 (most frequent first), any other text is ``m``, and
  missing (null or the empty text) is ``m + 1``. Texts are compared character by character, blanks and case included,
  but for truth and whole numbers, which programs spell in several ways (:mod:`engine.modalities.table.spellings`).
* A latitude and its longitude give more columns, the map turned (:mod:`engine.modalities.table.places`).
* A date gives one more column for each part of it that differs between rows (:mod:`engine.modalities.table.dates`).
* A text gives a column for its length and one for each of its directions (:mod:`engine.modalities.table.texts`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import polars as pl

from engine.arrays import FloatArray, IntArray
from engine.errors import ModelError
from engine.modalities.table.dates import PARTS, date_part
from engine.modalities.table.places import Turned, maps, turns
from engine.modalities.table.samples import TableSamples
from engine.modalities.table.spellings import codes_of
from engine.modalities.table.texts import TextColumn
from engine.pieces import Pieces, finished
from engine.task import Column, ColumnType

MIN_COUNT = 2
MAX_VALUES = 10_000
_FEW_ROWS = 10_000  # up to so many, Python is through with a column before polars has made a plan
_COLUMNS_A_PIECE = 100  # read in less than half a second,
_CELLS_A_PIECE = 1_000_000  # if they hold no more than that


@dataclass(frozen=True, slots=True)
class EncodedColumn:
    """A column of numbers made from the column ``name``.

    ``values`` are the category values it knows (none for other types). ``part`` is what it takes of a date (nothing:
    all of it) or the place among a text's numbers. ``turned`` is what a latitude is combined with.
    """

    name: str
    type: ColumnType
    values: tuple[str, ...] = ()
    part: str = ""
    turned: Turned | None = None

    @property
    def is_category(self) -> bool:
        """Whether the column becomes codes."""
        return self.type is ColumnType.CATEGORY

    @property
    def codes(self) -> Mapping[str, int]:
        """The codes of the known values, and of other spellings of them."""
        return codes_of(self.values)

    @property
    def unknown_code(self) -> int:
        """The code of texts that are not known, ``m``."""
        return len(self.values)

    @property
    def missing_code(self) -> int:
        """The code of missing values, ``m + 1``, the largest there is."""
        return len(self.values) + 1


@dataclass(frozen=True, slots=True)
class TableEncoder:
    """Turns rows into numbers as the module's docstring says. Fitted on training rows, without their labels."""

    columns: tuple[EncodedColumn, ...]
    texts: tuple[TextColumn, ...] = ()

    @classmethod
    def fit(cls, samples: TableSamples, columns: Sequence[Column]) -> Self:
        """Learn the known values: those seen at least ``MIN_COUNT`` times, at most ``MAX_VALUES`` a column."""
        return finished(cls.fitting(samples, columns))[0]

    @classmethod
    def fitting(cls, samples: TableSamples, columns: Sequence[Column]) -> Pieces[tuple[Self, FloatArray]]:
        """Learn as :meth:`fit` does, and return the encoder with what it makes of the very samples.

        It is done in pieces: texts, which take by far the most time, some rows each, all else some columns each.
        """
        encoded: list[EncodedColumn] = []
        texts: list[TextColumn] = []
        written: dict[str, FloatArray] = {}
        some = _columns_a_piece(len(samples))
        for place, column in enumerate(columns, 1):
            series = samples.frame[column.name]
            if column.type is ColumnType.TEXT:
                text, written[column.name] = yield from TextColumn.fitting(column.name, series.to_list())
                texts.append(text)
                encoded += _numbers_of(text)
            else:
                encoded.append(_fit_column(series, column))
            if column.type is ColumnType.DATE:
                encoded += _date_parts(series, column)
            if place % some == 0:
                yield
        encoded += _turned_maps(samples, columns)
        encoder = cls(tuple(encoded), tuple(texts))
        return encoder, (yield from encoder._beside(samples, written))

    @property
    def categories(self) -> IntArray:
        """Indices of the category columns."""
        return np.array([i for i, column in enumerate(self.columns) if column.is_category], dtype=np.int64)

    def encode(self, samples: TableSamples) -> FloatArray:
        """Return float64 numbers, shape [n, len(columns)], row-major."""
        written = {text.name: text.encode(samples.frame[text.name].to_list()) for text in self.texts}
        return finished(self._beside(samples, written))

    def _beside(self, samples: TableSamples, written: Mapping[str, FloatArray]) -> Pieces[FloatArray]:
        """Return the numbers of all columns, found in pieces, those of texts being ``written`` by name."""
        numbers = np.empty((len(samples), len(self.columns)))
        some = _columns_a_piece(len(samples))
        for i, column in enumerate(self.columns):
            series = samples.frame[column.name]
            if column.is_category:
                numbers[:, i] = _codes(series, column)
            elif column.type is ColumnType.TEXT:
                numbers[:, i] = written[column.name][:, int(column.part)]
            elif column.turned is not None:
                numbers[:, i] = column.turned.of(_numbers(series), _numbers(samples.frame[column.turned.longitude]))
            else:
                numbers[:, i] = date_part(_numbers(series), column.part) if column.part else _numbers(series)
            if (i + 1) % some == 0:
                yield
        return numbers

    def to_json(self) -> list[dict[str, Any]]:
        """Return plain JSON values: the columns in order, a text column once."""
        texts = {text.name: text for text in self.texts}
        described: list[dict[str, Any]] = []
        for c in self.columns:
            if c.type is not ColumnType.TEXT:
                more: dict[str, Any] = {"part": c.part} if c.part else {}
                more |= {"turned": asdict(c.turned)} if c.turned else {}
                described.append({"name": c.name, "type": c.type.value, "values": list(c.values), **more})
            elif c.part == "0":
                described.append({"type": c.type.value, **texts[c.name].to_json()})
        return described

    @classmethod
    def from_json(cls, data: Sequence[Mapping[str, Any]]) -> Self:
        """Rebuild from :meth:`to_json`.

        Raises:
            ModelError: a field is missing or of another type.
        """
        columns: list[EncodedColumn] = []
        texts: list[TextColumn] = []
        try:
            for c in data:
                if ColumnType(c["type"]) is ColumnType.TEXT:
                    texts.append(TextColumn.from_json(c))
                    columns += _numbers_of(texts[-1])
                    continue
                values, part = tuple(str(v) for v in c["values"]), str(c.get("part", ""))
                if part and part not in PARTS:
                    raise ValueError(part)
                columns.append(EncodedColumn(str(c["name"]), ColumnType(c["type"]), values, part, _turned(c)))
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"The model's description of its columns cannot be read: {error!r}.") from error
        return cls(tuple(columns), tuple(texts))


def _columns_a_piece(rows: int) -> int:
    """Return how many columns, texts aside, are read between two looks at the clock."""
    return max(1, min(_COLUMNS_A_PIECE, _CELLS_A_PIECE // max(1, rows)))


def _numbers_of(text: TextColumn) -> list[EncodedColumn]:
    return [EncodedColumn(text.name, ColumnType.TEXT, part=str(number)) for number in range(text.width)]


def _turned_maps(samples: TableSamples, columns: Sequence[Column]) -> list[EncodedColumn]:
    numbers = [column.name for column in columns if column.type is ColumnType.NUMBER]
    return [
        EncodedColumn(latitude, ColumnType.NUMBER, turned=turned)
        for latitude, longitude in maps(numbers)
        for turned in turns(_numbers(samples.frame[latitude]), _numbers(samples.frame[longitude]), longitude)
    ]


def _turned(data: Mapping[str, Any]) -> Turned | None:
    if "turned" not in data:
        return None
    turned = data["turned"]
    return Turned(str(turned["longitude"]), float(turned["north"]), float(turned["east"]))


def _date_parts(series: pl.Series, column: Column) -> list[EncodedColumn]:
    days = _numbers(series)
    different = [part for part in PARTS if _differs(date_part(days, part))]
    return [EncodedColumn(column.name, column.type, part=part) for part in different]


def _differs(values: FloatArray) -> bool:
    known = values[~np.isnan(values)]
    return known.size > 0 and bool(known.min() < known.max())


def _fit_column(series: pl.Series, column: Column) -> EncodedColumn:
    if column.type is not ColumnType.CATEGORY:
        return EncodedColumn(column.name, column.type)
    if len(series) <= _FEW_ROWS:
        times = Counter(filter(None, series.to_list()))
        often = sorted((-count, text) for text, count in times.items() if count >= MIN_COUNT)
        return EncodedColumn(column.name, column.type, tuple(text for _, text in often[:MAX_VALUES]))
    texts = series.drop_nulls().rename("text")
    counts = texts.filter(texts != "").value_counts(name="count").filter(pl.col("count") >= MIN_COUNT)
    ordered = counts.sort(["count", "text"], descending=[True, False])["text"].head(MAX_VALUES)
    return EncodedColumn(column.name, column.type, tuple(ordered.to_list()))


def _numbers(series: pl.Series) -> FloatArray:
    values = series.to_numpy().astype(np.float64)
    values[~np.isfinite(values)] = np.nan
    return values


def _codes(series: pl.Series, column: EncodedColumn) -> FloatArray:
    codes = column.codes
    if len(series) <= _FEW_ROWS:
        unknown, empty = column.unknown_code, column.missing_code
        return np.array([codes.get(text, unknown) if text else empty for text in series.to_list()], dtype=np.float64)
    known = pl.Series(list(codes), dtype=pl.String)
    numbers = pl.Series(list(codes.values()), dtype=pl.Float64)
    found = series.replace_strict(known, numbers, default=column.unknown_code, return_dtype=pl.Float64)
    missing = (series.is_null() | (series == "").fill_null(False)).to_numpy()
    return np.where(missing, float(column.missing_code), found.to_numpy())
