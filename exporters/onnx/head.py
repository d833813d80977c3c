"""The kernel head of many members: :class:`engine.heads.kernel.KernelHead`, in float64."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.heads.answer import Answer
from engine.heads.kernel import KernelHead
from exporters.onnx.graph import DOUBLE, Graph


def kernel_head(graph: Graph, head: KernelHead, features: str) -> str:
    """Return ``head.predict(features)``, double [N, K], for float32 ``features`` [N, d]."""
    values = graph.cast(features, DOUBLE)
    if head.root is not None:
        positive = graph.add("Max", values, graph.constant(0.0, np.float64))
        values = graph.add("Sqrt", graph.add("Add", positive, graph.constant(head.root, np.float64)))
    centred = graph.add("Sub", values, _widened(graph, head.mean))
    z = graph.add("Mul", centred, _widened(graph, head.scale))
    kernel = graph.add("Exp", graph.add("Neg", _squared_distances(graph, z, head)))
    scores = graph.add("Add", graph.add("MatMul", kernel, _widened(graph, head.weight)), _widened(graph, head.bias))
    return answered(graph, scores, head.answer)


def answered(graph: Graph, scores: str, answer: Answer) -> str:
    """Return ``answer.apply(scores)``, both double [N, K]."""
    if answer is Answer.SOFTMAX:
        return graph.add("Softmax", scores, axis=1)
    return graph.add("Sigmoid", scores) if answer is Answer.SIGMOID else scores


def _squared_distances(graph: Graph, z: str, head: KernelHead) -> str:
    landmarks = head.landmarks.astype(np.float64)
    lengths = graph.constant((landmarks**2).sum(axis=1)[None, :], np.float64)
    cross = graph.add("MatMul", z, _widened(graph, head.landmarks.T))
    doubled = graph.add("Mul", cross, graph.constant(-2.0, np.float64))
    own = graph.add("ReduceSum", graph.add("Mul", z, z), graph.constant([1], np.int64), keepdims=1)
    total = graph.add("Add", graph.add("Add", doubled, own), lengths)
    return graph.add("Max", total, graph.constant(0.0, np.float64))


def _widened(graph: Graph, array: npt.NDArray[np.float32]) -> str:
    """Keep the array as float32 in the file and compute with it in float64."""
    return graph.cast(graph.constant(array, np.float32), DOUBLE)
