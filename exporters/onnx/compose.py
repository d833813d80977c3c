"""The whole model as one graph: inputs, members, their weighted mean, calibration, class names.

The arithmetic is that of :func:`engine.model.blend.blend`, in float64.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.metrics.decisions import NAMED_FROM
from engine.model.model import Model
from engine.task import Kind, Task
from exporters.onnx.graph import BOOL, DOUBLE, FLOAT, ML, STRING, Graph
from exporters.onnx.inputs import form_of
from exporters.onnx.inputs.base import ROWS
from exporters.onnx.limits import refuse_what_cannot_be_written
from exporters.onnx.members import writer


@dataclass(frozen=True, slots=True)
class OutputNames:
    """How the outputs are called. An underscore is added where a table has a column of that name.

    A model of one class a sample answers ``label`` and ``probabilities``, one of several ``labels`` (whether each
    class holds) and ``probabilities``, one of numbers ``prediction``.
    """

    label: str = "label"
    probabilities: str = "probabilities"
    prediction: str = "prediction"
    labels: str = "labels"

    @classmethod
    def beside(cls, inputs: tuple[str, ...]) -> OutputNames:
        """Return names that no input has."""
        return cls(*(_free(name, inputs) for name in ("label", "probabilities", "prediction", "labels")))


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
    graph = Graph(reserved_names(model))
    fill(graph, model)
    return graph


def reserved_names(model: Model) -> tuple[str, ...]:
    """Return the names of the inputs and outputs that the graph of ``model`` may have."""
    inputs = form_of(model).names
    names = OutputNames.beside(inputs)
    return (*inputs, names.label, names.probabilities, names.prediction, names.labels)


def fill(graph: Graph, model: Model) -> None:
    """Write ``model`` into an empty graph that reserves its names."""
    task, form = model.task, form_of(model)
    names = OutputNames.beside(form.names)
    opened = form.open(graph)
    parts = []
    for part in model.members:
        answer = writer(part.member.kind)(graph, part.member, opened)
        parts.append(graph.add("Mul", answer, graph.constant(part.weight, np.float64)))
    total = graph.add("Sum", *parts)
    if task.kind is Kind.REGRESSION:
        graph.add_output(graph.add("Squeeze", total, graph.constant([1], np.int64)), names.prediction, DOUBLE, [ROWS])
        return
    if task.kind is Kind.MULTILABEL:
        probabilities = _calibrated_each(graph, total, model.temperature)
        _name_those_that_hold(graph, probabilities, task, names)
    else:
        probabilities = _calibrated(graph, total, model.temperature)
        _name_the_likeliest(graph, probabilities, task, names)
    element = DOUBLE if form.exact else FLOAT
    probabilities = probabilities if form.exact else graph.cast(probabilities, FLOAT)
    graph.add_output(probabilities, names.probabilities, element, [ROWS, len(task.classes)])


def _calibrated(graph: Graph, shares: str, temperature: float) -> str:
    """Return :func:`engine.model.calibrate.apply` of ``shares``."""
    if temperature != 1.0:
        shares = graph.add("Pow", shares, graph.constant(1.0 / temperature, np.float64))
    total = graph.add("ReduceSum", shares, graph.constant([1], np.int64), keepdims=1)
    return graph.add("Div", shares, total)


def _calibrated_each(graph: Graph, chances: str, temperature: float) -> str:
    """Return :func:`engine.model.calibrate.apply_each` of ``chances``."""
    if temperature == 1.0:
        return chances
    one, power = (graph.constant(value, np.float64) for value in (1.0, 1.0 / temperature))
    yes, no = (graph.add("Pow", base, power) for base in (chances, graph.add("Sub", one, chances)))
    return graph.add("Div", yes, graph.add("Add", yes, no))


def _name_the_likeliest(graph: Graph, probabilities: str, task: Task, names: OutputNames) -> None:
    label = graph.add(
        "LabelEncoder",
        graph.add("ArgMax", probabilities, axis=1, keepdims=0),
        domain=ML,
        keys_int64s=list(range(len(task.classes))),
        values_strings=list(task.classes),
        default_string="",
    )
    graph.add_output(label, names.label, STRING, [ROWS])


def _name_those_that_hold(graph: Graph, probabilities: str, task: Task, names: OutputNames) -> None:
    """Hand out which classes hold, decided in float64: rounded to float32 just below a half would be a half."""
    held = graph.add("GreaterOrEqual", probabilities, graph.constant(NAMED_FROM, np.float64))
    graph.add_output(held, names.labels, BOOL, [ROWS, len(task.classes)])
