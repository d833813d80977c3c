"""Small networks written by hand, for what does not depend on how networks come about."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def products(width: int, seed: int = 0) -> onnx.ModelProto:
    """Return a network of two matrix products, float32 [n, width] to [n, width]."""
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=(width, width)).astype(np.float32) / width**0.5 for _ in range(2)]
    nodes = [
        helper.make_node("MatMul", ["x", "first"], ["middle"]),
        helper.make_node("Relu", ["middle"], ["bent"]),
        helper.make_node("MatMul", ["bent", "second"], ["y"]),
    ]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", width]) for name in ("x", "y")]
    kept = [numpy_helper.from_array(array, name) for name, array in zip(("first", "second"), weights, strict=True)]
    graph = helper.make_graph(nodes, "products", ends[:1], ends[1:], kept)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
