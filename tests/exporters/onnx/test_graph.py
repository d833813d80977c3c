"""The graph under construction: names, shared constants, splicing, checks."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from exporters.errors import NotExportable
from exporters.onnx.graph import DOUBLE, FLOAT, OPSET, Graph
from exporters.onnx.runtime import ort_session


def small_network(opset: int = OPSET) -> onnx.ModelProto:
    """``relu(2 x)`` with names that collide with those of other copies."""
    nodes = [
        helper.make_node("Mul", ["x", "factor"], ["middle"], name="a"),
        helper.make_node("Relu", ["middle"], ["y"], name="a2", doc_string="where it came from"),
    ]
    nodes[0].metadata_props.add(key="pkg.torch.stack", value="/home/somebody/secret.py")
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", 2]) for name in ("x", "y")]
    factor = numpy_helper.from_array(np.array([2.0], dtype=np.float32), "factor")
    graph = helper.make_graph(nodes, "network", ends[:1], ends[1:], [factor])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])


def test_no_inner_name_is_one_of_the_persons() -> None:
    reserved = ["inner_1_Add", "_inner_", "x"]
    graph = Graph(reserved)
    names = [graph.name("Add"), graph.constant(1.0, np.float64), graph.add("Neg", "x")]
    assert not any(name.startswith("inner_") for name in names)
    assert len({*names, *reserved}) == 6


def test_equal_constants_are_kept_once() -> None:
    graph = Graph()
    assert graph.constant([1.0, 2.0], np.float64) == graph.constant((1, 2), np.float64)
    assert graph.constant([1.0, 2.0], np.float32) != graph.constant([1.0, 2.0], np.float64)
    assert graph.constant([0.0], np.float64) != graph.constant([-0.0], np.float64)
    assert graph.constant(1.0, np.float64) != graph.constant([1.0], np.float64)
    assert len(graph.initializers) == 6


def test_a_network_spliced_twice_runs_twice_and_tells_no_tales() -> None:
    graph = Graph(["x", "y"])
    graph.add_input("x", FLOAT, ["N", 2])
    graph.add_output(graph.splice(small_network(), graph.splice(small_network(), "x")), "y", FLOAT, ["N", 2])
    content = graph.build("twice", {}).SerializeToString()
    assert ort_session(content).run(None, {"x": np.array([[1.5, -1.0]], np.float32)})[0].tolist() == [[6.0, 0.0]]
    assert b"secret" not in content
    assert b"where it came from" not in content


def test_a_network_of_another_opset_is_refused() -> None:
    with pytest.raises(NotExportable, match="cannot be joined"):
        Graph().splice(small_network(opset=17), "x")


def test_a_graph_that_breaks_the_rules_is_refused() -> None:
    graph = Graph()
    graph.add_input("x", DOUBLE, ["N"])
    graph.add_output(graph.add("NoSuchOperator", "x"), "y", DOUBLE, ["N"])
    with pytest.raises(NotExportable, match="cannot be written as ONNX"):
        graph.build("broken", {})
