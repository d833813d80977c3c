"""A linear model on n-grams: the vocabulary, rarities and weights in the graph, in float64."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.arrays import Float32Array
from engine.modalities.table.target import Link
from engine.modalities.text.links import link_of
from engine.modalities.text.members.ngrams import NgramsMember
from engine.modalities.text.ngrams import Vocabulary
from engine.task import Kind, Task
from exporters.onnx.graph import DOUBLE, Graph
from exporters.onnx.inputs.text import TextInputs
from exporters.onnx.link import apply_link
from exporters.onnx.ragged import places, summed


def write(graph: Graph, member: NgramsMember, inputs: TextInputs) -> str:
    """Write the values of each vocabulary's n-grams, times their weights, summed."""
    scale = float(np.float32(1.0 / np.sqrt(len(member.vocabularies))))
    scores, begin = [graph.constant(member.bias, np.float64)], 0
    for vocabulary in member.vocabularies:
        end = begin + len(vocabulary.keys)
        found = _scores(graph, inputs, vocabulary, member.weight[begin:end])
        scores.append(graph.add("Mul", found, graph.constant(scale, np.float64)))
        begin = end
    return apply_link(graph, _link(member.task), graph.add("Sum", *scores))


def _link(task: Task) -> Link:
    """Return the link that answers as :func:`engine.modalities.text.links.answers_of` does."""
    return Link("sigmoids") if task.kind is Kind.MULTILABEL else Link(link_of(task))


def _scores(graph: Graph, inputs: TextInputs, vocabulary: Vocabulary, weight: Float32Array) -> str:
    """Return ``vocabulary.matrix(counts) @ weight``, double [N, K]."""
    if not len(vocabulary.keys):
        weight = np.zeros((1, weight.shape[1]), np.float32)  # nothing is known, so nothing is looked up in it
    values = _values(graph, inputs, vocabulary)
    rows = graph.add("Gather", graph.constant(weight, np.float32), values.place, axis=0)
    column = graph.add("Unsqueeze", values.value, graph.constant([1], np.int64))
    worth = graph.add("Mul", graph.cast(rows, DOUBLE), column)
    total = summed(graph, worth, values.owner, inputs.rows, weight.shape[1])
    return graph.add("Div", total, values.length)


@dataclass(frozen=True)
class _Values:
    """The n-grams that are known: each one's ``place``, ``value`` and ``owner`` [P]; the texts' ``length`` [N, 1]."""

    place: str
    value: str
    owner: str
    length: str


def _values(graph: Graph, inputs: TextInputs, vocabulary: Vocabulary) -> _Values:
    """Return what is known of the texts, the same for all members with this vocabulary."""
    identity = (vocabulary.family, vocabulary.keys.tobytes(), vocabulary.rarity.tobytes())

    def once(what: str, build: Callable[[], str]) -> str:
        return inputs.shared((what, *identity), build)

    keys, counts, owner = inputs.ngrams(vocabulary.family)
    zero = graph.constant(0, np.int64)
    everywhere = once("everywhere", lambda: places(graph, keys, vocabulary.keys))
    known = once("known", lambda: graph.add("GreaterOrEqual", everywhere, zero))
    place = once("place", lambda: graph.add("Compress", everywhere, known, axis=0))
    count = once("count", lambda: graph.add("Compress", counts, known, axis=0))
    whose = once("owner", lambda: graph.add("Compress", owner, known, axis=0))
    value = once("value", lambda: _value(graph, vocabulary, place, count))
    return _Values(place, value, whose, once("length", lambda: _length(graph, inputs, value, whose)))


def _value(graph: Graph, vocabulary: Vocabulary, place: str, count: str) -> str:
    rarity = vocabulary.rarity if len(vocabulary.rarity) else np.ones(1, np.float32)
    rare = graph.cast(graph.add("Gather", graph.constant(rarity, np.float32), place, axis=0), DOUBLE)
    if vocabulary.family.binary:
        return rare
    often = graph.add("Add", graph.add("Log", graph.cast(count, DOUBLE)), graph.constant(1.0, np.float64))
    return graph.add("Mul", often, rare)


def _length(graph: Graph, inputs: TextInputs, value: str, owner: str) -> str:
    """Return the length of each text's values, 1 where it has none."""
    squares = graph.add("Unsqueeze", graph.add("Mul", value, value), graph.constant([1], np.int64))
    total = summed(graph, squares, owner, inputs.rows, 1)
    one, zero = (graph.constant(number, np.float64) for number in (1.0, 0.0))
    return graph.add("Sqrt", graph.add("Where", graph.add("Equal", total, zero), one, total))
