"""Packages whose graphs are not as an export writes them: slow ones, and ones that do not fit their manifests."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from exporters.standalone.described import MANIFEST, MODEL

Change = Callable[[onnx.GraphProto], object]

_SIDE = 500


def altered(folder: Path, into: Path, change: Change) -> Path:
    """Copy a package with another graph, whose hash its manifest has, as somebody who means harm would write it."""
    shutil.copytree(folder, into)
    model = onnx.load(into / MODEL)
    change(model.graph)
    content = model.SerializeToString()
    (into / MODEL).write_bytes(content)
    manifest = json.loads((into / MANIFEST).read_bytes())
    manifest["files"][MODEL] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    (into / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    return into


def slowly(graph: onnx.GraphProto, steps: int = 1500) -> None:
    """Let the graph answer as it did, but after many products of large matrices: some seconds of work."""
    output = graph.output[-1]
    for node in graph.node:
        node.output[:] = ["quick" if name == output.name else name for name in node.output]
        node.input[:] = ["quick" if name == output.name else name for name in node.input]
    square = np.full((_SIDE, _SIDE), 1.0 / _SIDE, dtype=np.float32)
    kind = output.type.tensor_type.elem_type
    numbers: tuple[np.ndarray[Any, Any], ...] = (
        square,
        np.array([_SIDE, _SIDE], dtype=np.int64),
        np.zeros((), dtype=np.float32),
    )
    names = ("slow_square", "slow_shape", "slow_zero")
    graph.initializer.extend(numpy_helper.from_array(value, name) for value, name in zip(numbers, names, strict=True))
    nodes = [
        helper.make_node("Cast", ["quick"], ["slow_cast"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["slow_cast"], ["slow_mean"], keepdims=0),
        helper.make_node("Expand", ["slow_mean", "slow_shape"], ["slow_0"]),
        *(helper.make_node("MatMul", [f"slow_{n}", "slow_square"], [f"slow_{n + 1}"]) for n in range(steps)),
        helper.make_node("ReduceMean", [f"slow_{steps}"], ["slow_end"], keepdims=0),
        helper.make_node("Mul", ["slow_end", "slow_zero"], ["slow_nothing"]),
        helper.make_node("Cast", ["slow_nothing"], ["slow_none"], to=kind),
        helper.make_node("Add", ["quick", "slow_none"], [output.name]),
    ]
    graph.node.extend(nodes)
