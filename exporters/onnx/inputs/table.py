"""Tables: each column under the person's own name, numbers in float64 and words as strings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt
from typing_extensions import override

from engine.modalities.table.samples import TableSamples
from engine.model.model import Model
from engine.samples import Samples
from engine.task import Column, ColumnType
from exporters.errors import NotExportable
from exporters.onnx.dates import date_part
from exporters.onnx.graph import DOUBLE, INT64, ML, STRING, Graph
from exporters.onnx.inputs.base import ROWS, Call, Form, Inputs

if TYPE_CHECKING:
    from engine.modalities.table.encoder import EncodedColumn, TableEncoder

WORDS = (ColumnType.CATEGORY, ColumnType.TEXT)  # types of columns that are fed as strings

_ROWS_A_CALL = 4096
_MEANINGS = {
    ColumnType.NUMBER: "a number",
    ColumnType.DATE: "days since 1970-01-01, with fractions",
    ColumnType.CATEGORY: "a text",
    ColumnType.TEXT: "a text",
}


class TableInputs(Inputs):
    """Columns, each [N, 1] under the person's own name."""

    def __init__(self, graph: Graph, columns: tuple[Column, ...]) -> None:
        self._names = input_names(columns)
        for column in columns:
            element = STRING if column.type in WORDS else DOUBLE
            graph.add_input(self._names[column.name], element, [ROWS, 1])
        super().__init__(graph, self._names[columns[0].name])

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
        return self.graph.add("Concat", *(self._column(column) for column in encoder.columns), axis=1)

    def _column(self, column: EncodedColumn) -> str:
        value = self._names[column.name]
        if column.type is ColumnType.TEXT:
            raise NotExportable(
                f"The model reads sentences in the column “{column.name}”, which cannot be written as ONNX yet. "
                "Leave that column out and train again, or use the model folder."
            )
        if column.turned is not None:
            north = self.graph.add("Mul", self._number(value), self.graph.constant(column.turned.north, np.float64))
            longitude = self._number(self._names[column.turned.longitude])
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
        codes = self.graph.add(
            "LabelEncoder",
            value,
            domain=ML,
            keys_strings=[*column.values, ""],
            values_int64s=[*range(len(column.values)), column.missing_code],
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
        "(fractions allowed), texts exactly as in the data the model learned from.",
        "Graph: infinite numbers count as missing; texts the model never learned count as one value of their own; "
        "scaling and coding are inside.",
    )

    @classmethod
    @override
    def reading_of(cls, model: Model) -> Mapping[str, Any]:
        names = input_names(model.task.columns)
        columns = [{"name": c.name, "type": c.type.value, "input": names[c.name]} for c in model.task.columns]
        return {"columns": columns}

    @property
    @override
    def names(self) -> tuple[str, ...]:
        return tuple(input_names(self.task.columns).values())

    @override
    def open(self, graph: Graph) -> TableInputs:
        return TableInputs(graph, self.task.columns)

    @override
    def described(self) -> list[dict[str, Any]]:
        names = input_names(self.task.columns)
        return [
            {
                "name": names[column.name],
                "column": column.name,
                "type": "string" if column.type in WORDS else "double",
                "shape": [ROWS, 1],
                "meaning": _MEANINGS[column.type],
                "missing": "" if column.type in WORDS else "NaN",
            }
            for column in self.task.columns
        ]

    @override
    def calls(self, samples: Samples) -> Iterator[Call]:
        assert isinstance(samples, TableSamples)
        for first in range(0, len(samples), _ROWS_A_CALL):
            rows = np.arange(first, min(first + _ROWS_A_CALL, len(samples)))
            yield Call(rows, self._feeds(samples.take(rows)))

    def _feeds(self, samples: TableSamples) -> dict[str, npt.NDArray[Any]]:
        names = input_names(self.task.columns)
        feeds: dict[str, npt.NDArray[Any]] = {}
        for column in self.task.columns:
            series = samples.frame[column.name]
            if column.type in WORDS:
                values = np.array(series.fill_null("").to_list(), dtype=object)
            else:
                values = series.fill_null(float("nan")).to_numpy().astype(np.float64)
            feeds[names[column.name]] = values.reshape(-1, 1)
        return feeds


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
