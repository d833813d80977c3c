"""Networks inside a graph, exchanged for others."""

from __future__ import annotations

import numpy as np
import onnx

from engine.arrays import Float32Array
from exporters.edge.graph import NetworkGraph
from exporters.onnx.graph import FLOAT, Graph
from exporters.onnx.runtime import ort_session
from tests.exporters.edge.networks import products

_WIDTH = 24
FIRST, SECOND = products(_WIDTH, seed=1), products(_WIDTH, seed=2)


def asked_twice() -> NetworkGraph:
    """Return x -> first(x) + first(-x) + second(first(x))."""
    graph = NetworkGraph(("x", "y"))
    x = graph.add_input("x", FLOAT, ["n", _WIDTH])
    one = graph.splice(FIRST, x)
    other = graph.splice(FIRST, graph.add("Neg", x))
    graph.add_output(graph.add("Sum", one, other, graph.splice(SECOND, one)), "y", FLOAT, ["n", _WIDTH])
    return graph


def content(graph: Graph) -> bytes:
    written: bytes = graph.build("model", {}).SerializeToString()
    return written


def said(graph: Graph) -> Float32Array:
    x = np.random.default_rng(3).normal(size=(4, _WIDTH)).astype(np.float32)
    answer: Float32Array = ort_session(content(graph)).run(None, {"x": x})[0]
    return answer


def test_a_network_that_is_asked_twice_is_one_network() -> None:
    graph = asked_twice()
    assert graph.networks == [FIRST, SECOND]
    assert [len(graph.feeds_of(number)) for number in (0, 1)] == [2, 1]


def test_copies_of_its_own_networks_change_nothing() -> None:
    copies: dict[int, onnx.ModelProto] = {}
    for number, network in enumerate((FIRST, SECOND)):
        copies[number] = onnx.ModelProto.FromString(network.SerializeToString())
    assert np.array_equal(said(asked_twice().with_networks(copies)), said(asked_twice()))


def test_another_network_answers_in_the_place_of_the_first() -> None:
    graph = asked_twice()
    same = graph.with_networks({0: SECOND})
    assert not np.allclose(said(graph), said(same))
    assert np.array_equal(said(same), said(graph.with_networks({0: SECOND, 1: SECOND})))


def test_weights_that_nobody_needs_any_more_are_gone() -> None:
    graph = asked_twice()
    assert len(content(graph.with_networks({0: SECOND}))) < 0.6 * len(content(graph))


def test_exchanging_leaves_the_graph_as_it_was() -> None:
    graph = asked_twice()
    before = content(graph)
    graph.with_networks({0: SECOND, 1: FIRST})
    assert content(graph) == before
