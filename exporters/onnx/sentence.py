"""The sentence network :class:`engine.backbones.minilm.MiniLM` over chunks of words, tuned or as it was pretrained.

It is written layer by layer, in float32: what several members see alike, from the embedding up to the first layer that
one of them has tuned, is in the file once and is computed once. The engine leaves padded places out of every product;
here they are computed too, but nobody looks at them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from engine.arrays import Float32Array
from engine.backbones.wordpieces import PADDING
from exporters.onnx.graph import FLOAT, Graph
from exporters.onnx.inputs.text import TextInputs

_HEADS = 12
_EPSILON = 1e-12
_UNSEEN = -1e9  # whose exponential is 0; an infinity would make a chunk of nothing but padding NaN

Tuned = Mapping[str, Any]
"""Tensors that differ from the pretrained ones, by the names of the network's parameters."""


def means(graph: Graph, inputs: TextInputs, tuned: Tuned, states: Sequence[int], looks: int) -> str:
    """Return the mean states [N, 384 S] of each text's first ``looks`` chunks; state 0 is the embedding's."""
    network = _Network(graph, inputs, tuned)
    of_chunks = [network.mean(state) for state in states]
    together = of_chunks[0] if len(of_chunks) == 1 else graph.add("Concat", *of_chunks, axis=1)
    return graph.add("MatMul", inputs.shares(looks), together)


class _Network:
    """The states of chunks; each layer is shared by all whose weights and whose input are the same."""

    def __init__(self, graph: Graph, inputs: TextInputs, tuned: Tuned) -> None:
        self.graph, self.inputs = graph, inputs
        self._tuned = {name: np.asarray(value, dtype=np.float32) for name, value in tuned.items()}

    def mean(self, number: int) -> str:
        """Return the means [C, 384] of state ``number`` over the words of each chunk."""
        state = self._state(number)
        return self.inputs.shared(("mean", state), lambda: self._mean(state))

    def _mean(self, state: str) -> str:
        mean = self.graph.add("MatMul", self._evenly(), state)
        return self.graph.add("Squeeze", mean, self.graph.constant([1], np.int64))

    def _state(self, number: int) -> str:
        """Return the words' states [C, T, 384] after so many layers."""
        if number == 0:
            names = ("words.weight", "places.weight", "parts.weight", "embedded.weight", "embedded.bias")
            parts = [self._constant(name) for name in names]
            return self.inputs.shared(("embedding", *parts), lambda: self._embedded(*parts))
        below, layer = self._state(number - 1), f"layers.{number - 1}"
        linear = {part: self._linear(f"{layer}.{part}") for part in ("query", "key", "value", "mix", "widen", "narrow")}
        norms = {part: self._norm(f"{layer}.{part}") for part in ("mixed", "narrowed")}
        weights = {**linear, **norms}
        key = ("layer", below, *(name for pair in weights.values() for name in pair))
        return self.inputs.shared(key, lambda: self._layer(below, weights))

    def _embedded(self, words: str, places: str, parts: str, scale: str, shift: str) -> str:
        graph, chunks = self.graph, self.inputs.words()
        zero, one = graph.constant([0], np.int64), graph.constant([1], np.int64)
        length = graph.add("Shape", chunks, start=1, end=2)
        total = graph.add("Add", graph.add("Gather", words, chunks, axis=0), graph.add("Slice", places, zero, length))
        return self._normalised(graph.add("Add", total, graph.add("Slice", parts, zero, one)), (scale, shift))

    def _layer(self, x: str, weights: Mapping[str, tuple[str, str]]) -> str:
        graph = self.graph
        query, key, value = (self._heads(self._times(x, weights[part])) for part in ("query", "key", "value"))
        scale = graph.constant((self._width // _HEADS) ** -0.5, np.float32)
        turned = graph.add("Transpose", key, perm=[0, 1, 3, 2])
        scores = graph.add("Add", graph.add("MatMul", graph.add("Mul", query, scale), turned), self._hidden())
        seen = graph.add("MatMul", graph.add("Softmax", scores, axis=-1), value)
        flat = graph.constant([0, 0, self._width], np.int64)
        joined = graph.add("Reshape", graph.add("Transpose", seen, perm=[0, 2, 1, 3]), flat)
        x = self._normalised(graph.add("Add", x, self._times(joined, weights["mix"])), weights["mixed"])
        wide = graph.add("Gelu", self._times(x, weights["widen"]))
        return self._normalised(graph.add("Add", x, self._times(wide, weights["narrow"])), weights["narrowed"])

    @property
    def _width(self) -> int:
        return int(_pretrained()["parts.weight"].shape[1])

    def _heads(self, x: str) -> str:
        """Return [C, T, 384] as [C, heads, T, 32]."""
        shape = self.graph.constant([0, 0, _HEADS, self._width // _HEADS], np.int64)
        return self.graph.add("Transpose", self.graph.add("Reshape", x, shape), perm=[0, 2, 1, 3])

    def _times(self, x: str, linear: tuple[str, str]) -> str:
        weight, bias = linear
        return self.graph.add("Add", self.graph.add("MatMul", x, weight), bias)

    def _normalised(self, x: str, norm: tuple[str, str]) -> str:
        return self.graph.add("LayerNormalization", x, *norm, axis=-1, epsilon=_EPSILON)

    def _present(self) -> str:
        """Return which places hold words, [C, T]."""
        nothing = self.graph.constant(PADDING, np.int64)
        is_padding = self.graph.add("Equal", self.inputs.words(), nothing)
        return self.inputs.shared("present", lambda: self.graph.add("Not", is_padding))

    def _hidden(self) -> str:
        """Return what is added to the attention's scores, [C, 1, 1, T]: much less than nothing where no word is."""

        def build() -> str:
            far, zero = (self.graph.constant(value, np.float32) for value in (_UNSEEN, 0.0))
            hidden = self.graph.add("Where", self._present(), zero, far)
            return self.graph.add("Unsqueeze", hidden, self.graph.constant([1, 2], np.int64))

        return self.inputs.shared("hidden", build)

    def _evenly(self) -> str:
        """Return the share of each place in the mean of its chunk, [C, 1, T]."""

        def build() -> str:
            there, one = self.graph.cast(self._present(), FLOAT), self.graph.constant([1], np.int64)
            shares = self.graph.add("Div", there, self.graph.add("ReduceSum", there, one, keepdims=1))
            return self.graph.add("Unsqueeze", shares, one)

        return self.inputs.shared("evenly", build)

    def _linear(self, name: str) -> tuple[str, str]:
        return self._constant(f"{name}.weight", turned=True), self._constant(f"{name}.bias")

    def _norm(self, name: str) -> tuple[str, str]:
        return self._constant(f"{name}.weight"), self._constant(f"{name}.bias")

    def _constant(self, name: str, turned: bool = False) -> str:
        """Return a tensor of the network; those that nobody tuned are looked up once."""
        if name in self._tuned:
            return self._kept(self._tuned[name], turned)
        return self.inputs.shared(("weight", name), lambda: self._kept(_pretrained()[name], turned))

    def _kept(self, array: Float32Array, turned: bool) -> str:
        return self.graph.constant(array.T if turned else array, np.float32)


@lru_cache(maxsize=1)
def _pretrained() -> dict[str, Float32Array]:
    """Return the network's tensors by the names of its parameters; not to be changed."""
    from engine.backbones.minilm import load_minilm
    from engine.backbones.weights import verified
    from engine.modalities.text.members.network import BACKBONE

    return {name: value.numpy() for name, value in load_minilm(verified(BACKBONE)).state_dict().items()}
