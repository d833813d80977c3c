"""Lengths that only a call knows, calculated with inside the graph: int64 [1]."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exporters.onnx.graph import DOUBLE, Graph


@dataclass(frozen=True)
class Length:
    """A length in a graph that can be calculated with like a whole number that is not negative."""

    graph: Graph
    name: str

    @classmethod
    def of(cls, graph: Graph, tensor: str, axis: int) -> Length:
        """Return the size of ``tensor`` along ``axis``."""
        return cls(graph, graph.add("Shape", tensor, start=axis, end=axis + 1))

    @classmethod
    def known(cls, graph: Graph, value: int) -> Length:
        """Return a length that is the same in every call."""
        return cls(graph, graph.constant([value], np.int64))

    def __add__(self, other: Length | int) -> Length:
        return self._with("Add", other)

    def __sub__(self, other: Length | int) -> Length:
        return self._with("Sub", other)

    def __mul__(self, other: Length | int) -> Length:
        return self._with("Mul", other)

    def __floordiv__(self, other: Length | int) -> Length:
        return self._with("Div", other)

    def ceil_div(self, other: Length | int) -> Length:
        """Return ``-(-self // other)``."""
        return (self + other - 1) // other

    def at_least(self, other: Length | int) -> Length:
        """Return the larger one."""
        return self._with("Max", other)

    def at_most(self, other: Length | int) -> Length:
        """Return the smaller one."""
        return self._with("Min", other)

    def number(self) -> str:
        """Return it as double [1]."""
        return self.graph.cast(self.name, DOUBLE)

    def _with(self, operator: str, other: Length | int) -> Length:
        name = other.name if isinstance(other, Length) else self.graph.constant([other], np.int64)
        return Length(self.graph, self.graph.add(operator, self.name, name))


def part(graph: Graph, tensor: str, first: Length | int, last: Length | int, axis: int) -> str:
    """Return ``tensor`` from ``first`` up to ``last``, exclusive, along ``axis``."""
    bounds = [bound.name if isinstance(bound, Length) else graph.constant([bound], np.int64) for bound in (first, last)]
    return graph.add("Slice", tensor, *bounds, graph.constant([axis], np.int64))


def padded(graph: Graph, tensor: str, before: Length | int, after: Length | int, axis: int) -> str:
    """Return ``tensor`` with so many zeros before and after it along ``axis``."""
    amounts = [side.name if isinstance(side, Length) else graph.constant([side], np.int64) for side in (before, after)]
    pads = graph.add("Concat", *amounts, axis=0)
    return graph.add("Pad", tensor, pads, "", graph.constant([axis], np.int64))


def reshaped(graph: Graph, tensor: str, *shape: Length | int) -> str:
    """Return ``tensor`` in another shape, in which 0 means none."""
    sizes = [size.name if isinstance(size, Length) else graph.constant([size], np.int64) for size in shape]
    return graph.add("Reshape", tensor, graph.add("Concat", *sizes, axis=0), allowzero=1)
