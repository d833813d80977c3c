"""Small networks over words that were learned from the texts alone, their answers averaged."""

from __future__ import annotations

import numpy as np

from engine.heads.answer import Answer
from engine.modalities.text.members.shallow import KERNELS, Part, ShallowMember
from engine.modalities.text.sequences import BETWEEN, FIRST, UNKNOWN
from exporters.onnx.graph import DOUBLE, Graph
from exporters.onnx.head import answered
from exporters.onnx.inputs.text import TextInputs
from exporters.onnx.ragged import greatest, places


def write(graph: Graph, member: ShallowMember, inputs: TextInputs) -> str:
    """Write all texts' words in a row with gaps between, as the engine does, and each network over them."""
    key, (words, _) = ("numbers", member.keys.tobytes()), inputs.sequence()
    numbers = inputs.shared(key, lambda: places(graph, words, member.keys, FIRST, UNKNOWN))
    answers = [_answer(graph, member, part, inputs, numbers) for part in member.parts]
    return graph.add("Div", graph.add("Sum", *answers), graph.constant(float(len(answers)), np.float64))


def _answer(graph: Graph, member: ShallowMember, part: Part, inputs: TextInputs, numbers: str) -> str:
    row, place = _in_a_row(graph, inputs, numbers)
    seen = graph.add("Gather", graph.constant(part["words"], np.float32), row, axis=0)
    planes = graph.add("Unsqueeze", graph.add("Transpose", seen, perm=[1, 0]), graph.constant([0], np.int64))
    strongest = [_strongest(graph, part, width, planes, place, inputs) for width in KERNELS]
    features = graph.add("Concat", *strongest, axis=1)
    scores = graph.add("MatMul", features, graph.constant(part["weight"].T, np.float32))
    scores = graph.add("Add", scores, graph.constant(part["bias"], np.float32))
    return answered(graph, graph.cast(scores, DOUBLE), Answer.of(member.task_kind))


def _in_a_row(graph: Graph, inputs: TextInputs, numbers: str) -> tuple[str, str]:
    """Return ``sequences.in_a_row``, int64 [L], and the place [P] of each word in it."""
    owner = inputs.sequence()[1]
    gap, zero, first = (graph.constant(value, np.int64) for value in ([BETWEEN], [0], 0))

    def find_place() -> str:
        ones = graph.add("Expand", graph.constant([1], np.int64), graph.add("Shape", owner))
        before = graph.add("CumSum", ones, first, exclusive=1)
        gaps = graph.add("Mul", graph.add("Add", owner, graph.constant([1], np.int64)), gap)
        return graph.add("Add", before, gaps)

    def fill_row() -> str:
        gaps = graph.add("Mul", graph.add("Add", inputs.rows, graph.constant([1], np.int64)), gap)
        length = graph.add("Add", graph.add("Shape", owner), gaps)
        return graph.add("ScatterElements", graph.add("Expand", zero, length), place, numbers, axis=0)

    place = inputs.shared("places in a row", find_place)
    return inputs.shared(("row", numbers), fill_row), place


def _strongest(graph: Graph, part: Part, width: int, planes: str, place: str, inputs: TextInputs) -> str:
    """Return the greatest answer of each kernel to any place of each text, float32 [N, f]."""
    kernel, bias = part[f"kernel{width}"], part[f"bias{width}"]
    answers = graph.add(
        "Conv",
        planes,
        graph.constant(kernel, np.float32),
        graph.constant(bias, np.float32),
        pads=[width // 2, width - 1 - width // 2],
    )
    rows = graph.add("Transpose", graph.add("Squeeze", answers, graph.constant([0], np.int64)), perm=[1, 0])
    there = graph.add("Relu", graph.add("Gather", rows, place, axis=0))
    return greatest(graph, there, inputs.sequence()[1], inputs.rows, len(bias))
