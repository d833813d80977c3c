"""The whole model as one graph: inputs, members, their weighted mean, calibration, class names.

The arithmetic is that of :func:`engine.model.blend.blend`, in float64.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.model.model import Model
from engine.task import Kind, Modality, Task
from exporters.onnx.graph import DOUBLE, FLOAT, ML, STRING, Graph
from exporters.onnx.inputs import ROWS, declared_names, open_inputs
from exporters.onnx.limits import refuse_what_cannot_be_written
from exporters.onnx.members import writer


@dataclass(frozen=True, slots=True)
class OutputNames:
    """How the outputs are called. An underscore is added where a table has a column of that name."""

    label: str = "label"
    probabilities: str = "probabilities"
    prediction: str = "prediction"

    @classmethod
    def beside(cls, inputs: tuple[str, ...]) -> OutputNames:
        """Return names that no input has."""
        return cls(*(_free(name, inputs) for name in ("label", "probabilities", "prediction")))


def _free(name: str, taken: tuple[str, ...]) -> str:
    while name in taken:
        name += "_"
    return name


def compose(model: Model) -> Graph:
    """Return the graph of ``model``.

    Raises:
        NotExportable: the task or a member cannot be written as ONNX.
    """
    refuse_what_cannot_be_written(model)
    task = model.task
    inputs = declared_names(task)
    names = OutputNames.beside(inputs)
    graph = Graph((*inputs, names.label, names.probabilities, names.prediction))
    opened = open_inputs(graph, task)
    parts = []
    for part in model.members:
        answer = writer(part.member.kind)(graph, part.member, opened)
        parts.append(graph.add("Mul", answer, graph.constant(part.weight, np.float64)))
    total = graph.add("Sum", *parts)
    if task.kind is Kind.REGRESSION:
        graph.add_output(graph.add("Squeeze", total, graph.constant([1], np.int64)), names.prediction, DOUBLE, [ROWS])
    else:
        _classify(graph, _calibrated(graph, total, model.temperature), task, names)
    return graph


def _calibrated(graph: Graph, shares: str, temperature: float) -> str:
    if temperature != 1.0:
        shares = graph.add("Pow", shares, graph.constant(1.0 / temperature, np.float64))
    total = graph.add("ReduceSum", shares, graph.constant([1], np.int64), keepdims=1)
    return graph.add("Div", shares, total)


def _classify(graph: Graph, probabilities: str, task: Task, names: OutputNames) -> None:
    best = graph.add("ArgMax", probabilities, axis=1, keepdims=0)
    label = graph.add(
        "LabelEncoder",
        best,
        domain=ML,
        keys_int64s=list(range(len(task.classes))),
        values_strings=list(task.classes),
        default_string="",
    )
    graph.add_output(label, names.label, STRING, [ROWS])
    if task.modality is Modality.IMAGE:
        graph.add_output(graph.cast(probabilities, FLOAT), names.probabilities, FLOAT, [ROWS, len(task.classes)])
    else:
        graph.add_output(probabilities, names.probabilities, DOUBLE, [ROWS, len(task.classes)])
