"""A graph whose networks can be exchanged for smaller ones once it is built."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import onnx
from onnx import helper
from typing_extensions import override

from exporters.onnx.graph import Graph


@dataclass(frozen=True)
class _Copied:
    """Where a network was copied in: its nodes ``first:last``, what they read, what they give."""

    network: int
    feed: str
    result: str
    first: int
    last: int


class NetworkGraph(Graph):
    """Remembers which networks were copied in, so that others can be put in their place.

    ``networks`` are the different ones, in the order in which they came.
    """

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        super().__init__(reserved)
        self.networks: list[onnx.ModelProto] = []
        self._copied: list[_Copied] = []

    @override
    def splice(self, model: onnx.ModelProto, feed: str) -> str:
        first = len(self.nodes)
        result = super().splice(model, feed)
        self._copied.append(_Copied(self._number(model), feed, result, first, len(self.nodes)))
        return result

    def _number(self, model: onnx.ModelProto) -> int:
        for number, known in enumerate(self.networks):
            if known is model:
                return number
        self.networks.append(model)
        return len(self.networks) - 1

    def feeds_of(self, network: int) -> list[str]:
        """Return the names of the tensors that a network reads."""
        return [copied.feed for copied in self._copied if copied.network == network]

    def with_networks(self, instead: Mapping[int, onnx.ModelProto]) -> Graph:
        """Return the graph with other networks, by their number, in place of its own; this one stays as it is."""
        other = copy.copy(self)
        other.nodes, other.networks, other._copied = [], [], []
        other.inputs, other.outputs = list(self.inputs), list(self.outputs)
        other.initializers, other._shared = list(self.initializers), dict(self._shared)
        done = 0
        for copied in self._copied:
            if copied.network not in instead:
                continue
            other.nodes += self.nodes[done : copied.first]
            result = other.splice(instead[copied.network], copied.feed)
            other.nodes.append(helper.make_node("Identity", [result], [copied.result], name=copied.result))
            done = copied.last
        other.nodes += self.nodes[done:]
        used = {name for node in other.nodes for name in node.input}
        other.initializers = [tensor for tensor in other.initializers if tensor.name in used]
        return other
