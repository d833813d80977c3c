"""An ONNX graph under construction: unique names, shared constants, and other graphs spliced in."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from exporters.errors import NotExportable

OPSET = 20
ML_OPSET = 5
IR_VERSION = 10
ML = "ai.onnx.ml"

BOOL = TensorProto.BOOL
DOUBLE = TensorProto.DOUBLE
FLOAT = TensorProto.FLOAT
INT64 = TensorProto.INT64
STRING = TensorProto.STRING
UINT8 = TensorProto.UINT8


class Graph:
    """Collects nodes. Each method that adds one returns the name of its result.

    ``reserved`` are the names of inputs and outputs, which belong to the person: no inner tensor takes one of them,
    nor a name that starts like the inner ones.
    """

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self._prefix = _free_prefix(tuple(reserved))
        self._count = 0
        self._shared: dict[bytes, str] = {}
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self.inputs: list[onnx.ValueInfoProto] = []
        self.outputs: list[onnx.ValueInfoProto] = []

    def name(self, hint: str) -> str:
        """Return a name that nothing else in the graph has."""
        self._count += 1
        return f"{self._prefix}{self._count}_{re.sub('[^A-Za-z0-9_]', '_', hint)}"

    def constant(self, value: npt.ArrayLike, dtype: npt.DTypeLike) -> str:
        """Add an array; equal arrays are kept once."""
        array = np.ascontiguousarray(np.asarray(value, dtype=dtype)).reshape(np.shape(value))
        return self._keep(numpy_helper.from_array(array))

    def _keep(self, tensor: onnx.TensorProto) -> str:
        """Add a nameless tensor unless its equal is there, which saves a network used at two sizes half its room."""
        key = hashlib.sha256(tensor.SerializeToString(deterministic=True)).digest()
        if key not in self._shared:
            self._shared[key] = tensor.name = self.name("constant")
            self.initializers.append(tensor)
        return self._shared[key]

    def add(self, op: str, *inputs: str, domain: str = "", unused: int = 0, **attributes: Any) -> str:
        """Add a node and return its first result, after which it has so many ``unused`` ones.

        ``attributes`` are the operator's own, long lists of integers as arrays.
        """
        result = self.name(op)
        long = {key: value for key, value in attributes.items() if isinstance(value, np.ndarray)}
        short = {key: value for key, value in attributes.items() if key not in long}
        results = [result, *(self.name("unused") for _ in range(unused))]
        node = helper.make_node(op, inputs, results, name=result, domain=domain, **short)
        for key, value in long.items():  # helper looks at each of a forest's millions of numbers
            node.attribute.append(onnx.AttributeProto(name=key, type=onnx.AttributeProto.INTS, ints=value.tolist()))
        self.nodes.append(node)
        return result

    def cast(self, tensor: str, to: int) -> str:
        """Convert the element type."""
        return self.add("Cast", tensor, to=to)

    def add_input(self, name: str, element: int, shape: Sequence[int | str]) -> str:
        """Declare an input under exactly this name."""
        self.inputs.append(helper.make_tensor_value_info(name, element, list(shape)))
        return name

    def add_output(self, tensor: str, name: str, element: int, shape: Sequence[int | str]) -> None:
        """Hand ``tensor`` out under exactly this name."""
        self.nodes.append(helper.make_node("Identity", [tensor], [name], name=self.name("output")))
        self.outputs.append(helper.make_tensor_value_info(name, element, list(shape)))

    def splice(self, model: onnx.ModelProto, feed: str) -> str:
        """Copy a model of one input and one output in, reading ``feed``; return its result.

        Raises:
            NotExportable: the model needs another opset, functions or graphs within graphs.
        """
        _check_spliceable(model)
        inner = model.graph
        renamed: dict[str, str] = {"": "", inner.input[0].name: feed}
        for tensor in inner.initializer:
            nameless = TensorProto()
            nameless.CopyFrom(tensor)
            nameless.ClearField("name")
            renamed[tensor.name] = self._keep(nameless)
        for node in inner.node:
            renamed.update({output: self.name(output) for output in node.output if output})
            copied = onnx.NodeProto()
            copied.CopyFrom(node)
            copied.name = self.name(node.op_type)
            del copied.input[:], copied.output[:], copied.metadata_props[:]
            copied.input.extend(renamed[name] for name in node.input)
            copied.output.extend(renamed[name] for name in node.output)
            copied.doc_string = ""
            self.nodes.append(copied)
        return renamed[inner.output[0].name]

    def build(self, name: str, properties: Mapping[str, str]) -> onnx.ModelProto:
        """Return the finished, checked model with ``properties`` as its metadata.

        Raises:
            NotExportable: the graph breaks a rule of ONNX.
        """
        graph = helper.make_graph(self.nodes, name, self.inputs, self.outputs, self.initializers)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(ML, ML_OPSET)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="autodidact-studio")
        helper.set_model_props(model, dict(properties))
        try:
            onnx.checker.check_model(model)
        except onnx.checker.ValidationError as error:
            raise NotExportable(f"The model cannot be written as ONNX: {error}. Nothing was written.") from error
        return model


def _free_prefix(reserved: tuple[str, ...]) -> str:
    prefix = "inner_"
    while any(name.startswith(prefix) for name in reserved):
        prefix = "_" + prefix
    return prefix


def _check_spliceable(model: onnx.ModelProto) -> None:
    opsets = {entry.domain: entry.version for entry in model.opset_import}
    nested = any(attribute.HasField("g") for node in model.graph.node for attribute in node.attribute)
    if opsets.get("") != OPSET or model.functions or nested or len(model.graph.input) != 1:
        raise NotExportable(
            f"A network of the model came out in a form that cannot be joined with the rest (opsets {opsets}, "
            f"{len(model.functions)} functions). Nothing was written."
        )
