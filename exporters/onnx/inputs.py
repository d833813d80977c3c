"""What a client feeds the graph, and what the members make of it: built once, shared by all of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from engine.task import Column, ColumnType, Modality, Task
from exporters.errors import NotExportable
from exporters.onnx.dates import date_part
from exporters.onnx.graph import DOUBLE, INT64, ML, STRING, UINT8, Graph
from exporters.onnx.image_pre import resized

if TYPE_CHECKING:
    from engine.modalities.table.encoder import EncodedColumn, TableEncoder

IMAGE = "image"
ROWS = "N"
WORDS = (ColumnType.CATEGORY, ColumnType.TEXT)  # types of columns that are fed as strings


class Inputs:
    """The declared inputs of a graph, and the tensors made from them that members share."""

    def __init__(self, graph: Graph, first: str) -> None:
        self.graph = graph
        self._first = first
        self._shared: dict[Hashable, str] = {}

    def shared(self, key: Hashable, build: Callable[[], str]) -> str:
        """Return the tensor known by ``key``, made by ``build`` the first time."""
        if key not in self._shared:
            self._shared[key] = build()
        return self._shared[key]

    @property
    def rows(self) -> str:
        """The number of samples in the call, int64 [1]."""
        return self.shared("rows", lambda: self.graph.add("Shape", self._first, start=0, end=1))


class ImageInputs(Inputs):
    """Pictures, uint8 RGB [N, height, width, 3], of any size."""

    def __init__(self, graph: Graph) -> None:
        super().__init__(graph, graph.add_input(IMAGE, UINT8, [ROWS, "height", "width", 3]))

    def resized(self, side: int) -> str:
        """Return the pictures as float32 [N, 3, side, side] in 0..255."""
        return self.shared(("resized", side), lambda: resized(self.graph, IMAGE, side))


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


def open_inputs(graph: Graph, task: Task) -> Inputs:
    """Declare the inputs that ``task`` needs."""
    return ImageInputs(graph) if task.modality is Modality.IMAGE else TableInputs(graph, task.columns)


def declared_names(task: Task) -> tuple[str, ...]:
    """Return the names that :func:`open_inputs` declares, in order."""
    return (IMAGE,) if task.modality is Modality.IMAGE else tuple(input_names(task.columns).values())
