"""Networks in 8 bits."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper

from exporters.edge.compress import Compressor, calibration_samples
from exporters.edge.quantise import quantised, whole_quantised
from exporters.edge.scheme import Scheme, Way, ways_for
from exporters.onnx.graph import DOUBLE, FLOAT, INT64, Graph
from exporters.onnx.runtime import ort_session
from exporters.source import Source
from tests.exporters.edge.networks import products

_STATIC = (Way.STATIC, Way.SPARING, Way.PERCENTILE)


def floats_of_convolutions(network: onnx.ModelProto) -> list[str]:
    """Return the convolutions whose weights are kept in float32."""
    own = {tensor.name for tensor in network.graph.initializer if tensor.data_type == TensorProto.FLOAT}
    return [node.name for node in network.graph.node if node.op_type == "Conv" and node.input[1] in own]


def types_of(network: onnx.ModelProto) -> set[int]:
    return {tensor.data_type for tensor in network.graph.initializer}


def test_every_way_answers_nearly_as_before_and_is_smaller(compressor: Compressor, source: Source) -> None:
    plain = compressor.artefact(Scheme(Way.FLOAT))
    samples = calibration_samples(source)
    assert samples is not None
    known = plain.opened.predict(samples)
    for way in _STATIC:
        small = compressor.artefact(Scheme(way))
        assert len(small.content) < len(plain.content), way
        assert np.abs(small.opened.predict(samples) - known).max() < 0.1, way


def test_no_convolution_keeps_its_weights_but_the_spared_ones(compressor: Compressor) -> None:
    assert floats_of_convolutions(compressor.networks(Scheme(Way.STATIC))[0]) == []
    assert len(floats_of_convolutions(compressor.networks(Scheme(Way.SPARING))[0])) == 1


def test_the_head_stays_as_it_is(compressor: Compressor) -> None:
    network = compressor.networks(Scheme(Way.STATIC))[0]
    heads = [node for node in network.graph.node if node.op_type == "Gemm"]
    own = {tensor.name: tensor.data_type for tensor in network.graph.initializer}
    assert [own[head.input[1]] for head in heads] == [TensorProto.FLOAT]


def test_activations_are_signed_for_arm_alone(compressor: Compressor) -> None:
    assert TensorProto.UINT8 in types_of(compressor.networks(Scheme(Way.STATIC))[0])
    assert TensorProto.UINT8 not in types_of(compressor.networks(Scheme(Way.STATIC, signed=True))[0])


def test_nothing_but_plain_operators_is_left_behind(compressor: Compressor) -> None:
    network = compressor.networks(Scheme(Way.STATIC))[0]
    assert {node.domain for node in network.graph.node} == {""}
    assert [entry.domain for entry in network.opset_import] == [""]
    assert not network.graph.value_info


def test_matrix_products_are_stored_in_8_bits_and_computed_as_they_come() -> None:
    plain = products(64)
    assert ways_for([plain]) == (Way.DYNAMIC, Way.FLOAT)
    small = quantised(plain, [], Scheme(Way.DYNAMIC))
    asked = np.random.default_rng(1).normal(size=(5, 64)).astype(np.float32)
    answers = [ort_session(one.SerializeToString()).run(None, {"x": asked})[0] for one in (plain, small)]
    assert np.abs(answers[0] - answers[1]).max() < 0.1
    assert small.ByteSize() < 0.35 * plain.ByteSize()


def planes() -> onnx.ModelProto:
    """Return a model written node by node: convolutions over planes, a narrow product, a head in float64."""
    graph, rng = Graph(("x", "y")), np.random.default_rng(0)
    x = graph.add_input("x", FLOAT, ["n", 4, 8, 8])
    for _ in range(3):
        weight = graph.constant(rng.normal(size=(4, 4, 3, 3)) / 6.0, np.float32)
        x = graph.add("Relu", graph.add("Conv", x, weight, pads=[1, 1, 1, 1]))
    flat = graph.add("Flatten", graph.add("ReduceMean", x, graph.constant([2, 3], np.int64), keepdims=0))
    flat = graph.add("MatMul", flat, graph.constant(rng.normal(size=(4, 4)), np.float32))
    head = graph.constant(rng.normal(size=(4, 3)), np.float64)
    graph.add_output(graph.add("MatMul", graph.cast(flat, DOUBLE), head), "y", DOUBLE, ["n", 3])
    return graph.build("planes", {"about": "kept"})


def test_of_a_model_written_node_by_node_only_convolutions_are_stored_otherwise() -> None:
    plain, rng = planes(), np.random.default_rng(1)
    assert ways_for([], plain.graph) == (*_STATIC, Way.FLOAT)
    batches = [{"x": rng.normal(size=(2, 4, 8, 8)).astype(np.float32)} for _ in range(20)]
    for way in _STATIC:
        small = whole_quantised(plain, batches, Scheme(way))
        assert len(floats_of_convolutions(small)) == (way is Way.SPARING)
        assert {entry.key: entry.value for entry in small.metadata_props} == {"about": "kept"}
        kept = [tensor for tensor in small.graph.initializer if len(tensor.dims) == 2]
        assert {tensor.data_type for tensor in kept} == {TensorProto.FLOAT, TensorProto.DOUBLE}
        answers = [ort_session(one.SerializeToString()).run(None, dict(batches[0]))[0] for one in (plain, small)]
        assert np.abs(answers[0] - answers[1]).max() < 0.2


def test_of_a_model_written_node_by_node_large_tables_are_stored_in_8_bits() -> None:
    graph, rng = Graph(("words", "y")), np.random.default_rng(0)
    words = graph.add_input("words", INT64, ["n"])
    table = graph.constant(rng.normal(size=(2000, 64)), np.float32)
    seen = graph.add("Gather", table, words, axis=0)
    answer = graph.add("MatMul", seen, graph.constant(rng.normal(size=(64, 1200)) / 8.0, np.float32))
    graph.add_output(answer, "y", FLOAT, ["n", 1200])
    plain = graph.build("words", {})
    assert ways_for([], plain.graph) == (Way.DYNAMIC, Way.FLOAT)
    small = whole_quantised(plain, [], Scheme(Way.DYNAMIC))
    assert small.ByteSize() < 0.3 * plain.ByteSize()
    feeds = {"words": np.arange(5)}
    answers = [ort_session(one.SerializeToString()).run(None, feeds)[0] for one in (plain, small)]
    assert np.abs(answers[0] - answers[1]).max() < 0.2


def test_what_has_no_weights_is_not_stored_otherwise() -> None:
    nodes = [helper.make_node("Relu", ["x"], ["y"])]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 3]) for name in ("x", "y")]
    bare = helper.make_model(helper.make_graph(nodes, "bare", ends[:1], ends[1:]))
    assert ways_for([bare]) == ways_for([]) == (Way.FLOAT,)
