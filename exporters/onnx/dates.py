"""Parts of a date, as :mod:`engine.modalities.table.dates` computes them: the same operations on float64."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.modalities.table import dates
from exporters.onnx.graph import Graph


def date_part(graph: Graph, days: str, part: str) -> str:
    """Return ``dates.date_part(days, part)``, double of the shape of ``days``."""
    far = graph.add("Greater", graph.add("Abs", days), graph.constant(dates.FURTHEST, np.float64))
    known = graph.add("Where", far, graph.constant(np.nan, np.float64), days)
    computed: Expression = dates.formula(part)(Expression(graph, known))
    return computed.name


@dataclass(frozen=True)
class Expression:
    """A tensor in a graph that can be calculated with like a number."""

    graph: Graph
    name: str

    def __add__(self, other: Expression | float) -> Expression:
        return self._with("Add", other)

    def __sub__(self, other: Expression | float) -> Expression:
        return self._with("Sub", other)

    def __mul__(self, other: Expression | float) -> Expression:
        return self._with("Mul", other)

    def __truediv__(self, other: Expression | float) -> Expression:
        return self._with("Div", other)

    def __abs__(self) -> Expression:
        return Expression(self.graph, self.graph.add("Abs", self.name))

    def __floor__(self) -> Expression:
        return Expression(self.graph, self.graph.add("Floor", self.name))

    def _with(self, operator: str, other: Expression | float) -> Expression:
        name = other.name if isinstance(other, Expression) else self.graph.constant(other, np.float64)
        return Expression(self.graph, self.graph.add(operator, self.name, name))
