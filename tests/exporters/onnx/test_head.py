"""The kernel head: compared with the engine's."""

from __future__ import annotations

import numpy as np
import pytest

from engine.arrays import Float32Array, FloatArray
from engine.heads.kernel import KernelHead
from engine.task import Kind, Modality, Task
from exporters.onnx.graph import DOUBLE, FLOAT, Graph
from exporters.onnx.head import kernel_head
from exporters.onnx.runtime import ort_session
from tests.exporters import models
from tests.exporters.models import CLASSES, PICTURE_NUMBER, PICTURES

LENGTH = 37
SEVERAL = Task(Modality.IMAGE, Kind.MULTILABEL, CLASSES)


def run(head: KernelHead, features: Float32Array) -> FloatArray:
    graph = Graph(["x", "y"])
    graph.add_input("x", FLOAT, ["N", LENGTH])
    graph.add_output(kernel_head(graph, head, "x"), "y", DOUBLE, ["N", len(head.bias)])
    answers: FloatArray
    answers = ort_session(graph.build("head", {}).SerializeToString()).run(None, {"x": features})[0]
    return answers


@pytest.mark.parametrize("task", [PICTURES, SEVERAL, PICTURE_NUMBER], ids=["classes", "several", "number"])
@pytest.mark.parametrize("root", [0.001, None])
def test_a_head_answers_as_the_engines(task: Task, root: float | None) -> None:
    head = models.kernel_head(task, LENGTH, root)
    features = np.random.default_rng(0).normal(size=(50, LENGTH)).astype(np.float32)
    features[0], features[1], features[2] = 0.0, -5.0, head.landmarks[0]
    np.testing.assert_allclose(run(head, features), head.predict(features), rtol=1e-11, atol=1e-12)


def test_weights_stay_small_in_the_file() -> None:
    head = models.kernel_head(PICTURES, LENGTH)
    graph = Graph(["x"])
    kernel_head(graph, head, "x")
    numbers = sum(array.nbytes for array in head.arrays().values())
    assert sum(tensor.ByteSize() for tensor in graph.initializers) < numbers + 2000
