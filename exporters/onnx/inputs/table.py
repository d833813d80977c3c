"""Tables: each column under the person's own name, numbers in float64 and categories as strings.

A column of sentences has three inputs, whose names begin with its own: the terms that
:func:`engine.modalities.table.terms.occurrences` finds, int64 [P], cell after cell; how many each cell has, int64 [N];
and how many characters count, int64 [N]. ``reading`` lists the columns as ``{name, type, input, inputs}``: ``inputs``
are all of a column's, ``input`` the first of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt
from typing_extensions import override

from engine.modalities.table.samples import TableSamples
from engine.modalities.table.terms import LONGEST
from engine.model.model import Model
from engine.samples import Samples
from engine.task import Column, ColumnType
from exporters.onnx.dates import date_part
from exporters.onnx.graph import DOUBLE, INT64, ML, STRING, Graph
from exporters.onnx.inputs.base import ROWS, Call, Form, Inputs
from exporters.onnx.written import written
from exporters.standalone.tables import LETTERS_A_CALL, ROWS_A_CALL, rows_a_call
from exporters.standalone.terms import term_feeds

if TYPE_CHECKING:
    from engine.modalities.table.features import EncodedColumn, TableEncoder
    from engine.modalities.table.texts import TextColumn

WORDS = (ColumnType.CATEGORY, ColumnType.TEXT)  # types of columns that hold strings

_MEANINGS = {
    ColumnType.NUMBER: "a number",
    ColumnType.DATE: "days since 1970-01-01, with fractions",
    ColumnType.CATEGORY: "a text",
}
_TEXT_PARTS = ("terms", "sizes", "letters")
_TEXT_MEANINGS = (
    "the terms of the texts, cell after cell",
    "how many terms each cell has",
    "how many characters of each cell count",
)
_ELEMENTS = {"string": STRING, "double": DOUBLE, "int64": INT64}


class TableInputs(Inputs):
    """Columns, each [N, 1] under the person's own name."""

    def __init__(self, graph: Graph, columns: tuple[Column, ...]) -> None:
        self._names = input_lists(columns)
        for column in columns:
            for value in _values_of(column, self._names[column.name]):
                graph.add_input(value.name, _ELEMENTS[value.type], value.shape)
        super().__init__(graph, self._names[columns[0].name][-1])

    def encoded(self, encoder: TableEncoder) -> str:
        """Return ``encoder``'s numbers, double [N, columns]."""
        return self.shared(("encoded", encoder), lambda: self._encode(encoder))

    def code(self, encoder: TableEncoder, place: int) -> str:
        """Return the codes of the category column at ``place``, int64 [N]."""
        where = self.graph.constant(place, np.int64)
        return self.shared(
            ("code", encoder, place),
            lambda: self.graph.cast(self.graph.add("Gather", self.encoded(encoder), where, axis=1), INT64),
        )

    def _encode(self, encoder: TableEncoder) -> str:
        texts = {text.name: text for text in encoder.texts}
        columns = [column for column in encoder.columns if column.type is not ColumnType.TEXT or column.part == "0"]
        return self.graph.add(
            "Concat",
            *(
                self._written(texts[column.name]) if column.type is ColumnType.TEXT else self._column(column)
                for column in columns
            ),
            axis=1,
        )

    def _written(self, text: TextColumn) -> str:
        """Return all numbers of a column of sentences, which stand beside each other in the encoder's columns."""
        return written(self.graph, text, *self._names[text.name])

    def _column(self, column: EncodedColumn) -> str:
        (value,) = self._names[column.name]
        if column.turned is not None:
            north = self.graph.add("Mul", self._number(value), self.graph.constant(column.turned.north, np.float64))
            longitude = self._number(self._names[column.turned.longitude][0])
            east = self.graph.add("Mul", longitude, self.graph.constant(column.turned.east, np.float64))
            return self.graph.add("Add", north, east)
        if column.part:
            return date_part(self.graph, self._number(value), column.part)
        return self._code(value, column) if column.is_category else self._number(value)

    def _number(self, value: str) -> str:
        """Return the number, an infinite one as missing."""
        nothing = self.graph.constant(np.nan, np.float64)
        return self.graph.add("Where", self.graph.add("IsInf", value), nothing, value)

    def _code(self, value: str, column: EncodedColumn) -> str:
        known = column.codes
        codes = self.graph.add(
            "LabelEncoder",
            value,
            domain=ML,
            keys_strings=[*known, ""],
            values_int64s=[*known.values(), column.missing_code],
            default_int64=column.unknown_code,
        )
        return self.graph.cast(codes, DOUBLE)


class TableForm(Form):
    """Rows of named columns."""

    noun: ClassVar[str] = "rows"
    exact: ClassVar[bool] = True
    tolerance: ClassVar[float] = 1e-9
    steps: ClassVar[tuple[str, ...]] = (
        "Client: give each column under its own name as [N, 1]; numbers as they are, dates as days since 1970-01-01 "
        "(fractions allowed), texts exactly as in the data the model learned from. A column of sentences is given as "
        "the terms that the bundle's own program finds in it.",
        "Graph: infinite numbers count as missing; texts the model never learned count as one value of their own; "
        "scaling and coding are inside.",
    )

    @classmethod
    @override
    def reading_of(cls, model: Model) -> Mapping[str, Any]:
        names = input_lists(model.task.columns)
        return {
            "columns": [
                {"name": c.name, "type": c.type.value, "input": names[c.name][0], "inputs": list(names[c.name])}
                for c in model.task.columns
            ]
        }

    @property
    @override
    def names(self) -> tuple[str, ...]:
        return tuple(name for names in input_lists(self.task.columns).values() for name in names)

    @override
    def open(self, graph: Graph) -> TableInputs:
        return TableInputs(graph, self.task.columns)

    @override
    def described(self) -> list[dict[str, Any]]:
        names = input_lists(self.task.columns)
        return [
            {
                "name": value.name,
                "column": column.name,
                "type": value.type,
                "shape": value.shape,
                "meaning": value.meaning,
                "missing": value.missing,
            }
            for column in self.task.columns
            for value in _values_of(column, names[column.name])
        ]

    @override
    def calls(self, samples: Samples) -> Iterator[Call]:
        assert isinstance(samples, TableSamples)
        size = min(rows_a_call(len(self.task.columns)), self._rows_of_sentences(samples))
        for first in range(0, len(samples), size):
            rows = np.arange(first, min(first + size, len(samples)))
            yield Call(rows, self._feeds(samples.take(rows)))

    def _rows_of_sentences(self, samples: TableSamples) -> int:
        """Return how many rows fit in a call by the letters of the longest: terms take a graph's memory."""
        texts = [column.name for column in self.task.columns if column.type is ColumnType.TEXT]
        if not len(samples) or not texts:
            return ROWS_A_CALL
        letters = np.zeros(len(samples), dtype=np.int64)
        for name in texts:
            letters += samples.frame[name].str.len_chars().fill_null(0).clip(0, LONGEST).to_numpy()
        return max(1, LETTERS_A_CALL >> int(letters.max()).bit_length())

    def _feeds(self, samples: TableSamples) -> dict[str, npt.NDArray[Any]]:
        names = input_lists(self.task.columns)
        feeds: dict[str, npt.NDArray[Any]] = {}
        for column in self.task.columns:
            series, mine = samples.frame[column.name], names[column.name]
            if column.type is ColumnType.TEXT:
                feeds.update(zip(mine, term_feeds(series.to_list()), strict=True))
            elif column.type in WORDS:
                feeds[mine[0]] = np.array(series.fill_null("").to_list(), dtype=object).reshape(-1, 1)
            else:
                feeds[mine[0]] = series.fill_null(float("nan")).to_numpy().astype(np.float64).reshape(-1, 1)
        return feeds


@dataclass(frozen=True)
class _Value:
    """One input."""

    name: str
    type: str
    shape: list[int | str]
    meaning: str
    missing: str | None


def _values_of(column: Column, names: tuple[str, ...]) -> list[_Value]:
    """Return the inputs of a column."""
    if column.type is ColumnType.TEXT:
        shapes: tuple[int | str, ...] = (f"entries of {names[0]}", ROWS, ROWS)
        parts = zip(names, shapes, _TEXT_MEANINGS, strict=True)
        return [_Value(name, "int64", [shape], meaning, None) for name, shape, meaning in parts]
    category = column.type is ColumnType.CATEGORY
    kind, missing = ("string", "") if category else ("double", "NaN")
    return [_Value(names[0], kind, [ROWS, 1], _MEANINGS[column.type], missing)]


def input_lists(columns: tuple[Column, ...]) -> Mapping[str, tuple[str, ...]]:
    """Return the names of each column's inputs: one, or three that begin alike for a column of sentences."""
    own = input_names(columns)
    taken = set(own.values())
    names: dict[str, tuple[str, ...]] = {}
    for column in columns:
        if column.type is not ColumnType.TEXT:
            names[column.name] = (own[column.name],)
            continue
        names[column.name] = tuple(_unlike(f"{own[column.name]} {part}", taken) for part in _TEXT_PARTS)
        taken.update(names[column.name])
    return names


def _unlike(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name


def input_names(columns: tuple[Column, ...]) -> Mapping[str, str]:
    """Return each column's input name: its own, unless ONNX cannot carry that (an empty name, a NUL in it)."""
    own = {column.name for column in columns}
    names: dict[str, str] = {}
    for number, column in enumerate(columns):
        name = column.name.replace("\0", "") or f"column {number + 1}"
        while name != column.name and name in own | set(names.values()):
            name += "_"
        names[column.name] = name
    return names
