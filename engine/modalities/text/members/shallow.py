"""Small networks over words that were learned from the texts alone, their answers averaged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self, cast

import numpy as np
from typing_extensions import override

from engine.arrays import Float32Array, FloatArray
from engine.errors import ModelError
from engine.heads.answer import Answer
from engine.modalities.text.counted import counted_in_pieces
from engine.modalities.text.samples import TextSamples
from engine.modalities.text.sequences import FIRST, GAP, NumberArray, in_a_row, keys_of, numbers_of
from engine.modalities.text.tokens import KeyArray
from engine.model.member import Member
from engine.model.parts import in_parts
from engine.samples import Samples
from engine.task import Kind, Task

KERNELS = (2, 3, 4)
_FILE = "networks.safetensors"
_AT_ONCE = 64  # texts

Part = Mapping[str, Float32Array]


class ShallowMember(Member):
    """Answers of networks that look for short runs of words, without any library of networks.

    Words are numbered as :mod:`engine.modalities.text.sequences` says, by their ``keys``. With e the rows of
    ``words`` [2 + keys, d] that a text's numbers tell, zeros around it, for each width k of 2, 3 and 4::

        h = relu(sum over j < k of kernel<k>[:, :, j] @ e(place + j - k // 2) + bias<k>)  [f] at each place
        s = weight @ (the greatest h of all places, width after width) + bias             [K], for each network

    then softmax(s) or sigmoid(s) or s, and the mean over the networks.
    """

    kind: ClassVar[str] = "text.shallow"

    def __init__(self, keys: KeyArray, parts: Sequence[Part], task_kind: Kind) -> None:
        self.keys, self.parts, self.task_kind = keys, tuple(parts), task_kind

    @override
    def predict(self, samples: Samples) -> FloatArray:
        pieces = counted_in_pieces(cast(TextSamples, samples))
        numbers = numbers_of([words for texts in pieces for words in keys_of(texts.tokens)], self.keys)
        answer, total = Answer.of(self.task_kind), np.zeros((len(numbers), len(self.parts[0]["bias"])))
        for begin in range(0, len(numbers), _AT_ONCE):
            texts = numbers[begin : begin + _AT_ONCE]
            for part in self.parts:
                scores = _strongest(part, texts) @ part["weight"].T + part["bias"]
                total[begin : begin + _AT_ONCE] += answer.apply(scores.astype(np.float64))
        return total / len(self.parts)

    @override
    def save(self, folder: Path) -> Mapping[str, Any]:
        from safetensors.numpy import save_file

        arrays: dict[str, np.ndarray[Any, Any]] = {"keys": self.keys}
        for place, part in enumerate(self.parts):
            arrays |= {f"{place}:{name}": np.ascontiguousarray(array) for name, array in part.items()}
        save_file(arrays, folder / _FILE)
        return {"networks": len(self.parts)}

    @classmethod
    @override
    def load(cls, folder: Path, settings: Mapping[str, Any], task: Task, device: str = "cpu") -> Self:
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            arrays = load_file(folder / _FILE)
            parts = in_parts(arrays, int(settings["networks"]))
            for part in parts:
                _check(part, len(arrays["keys"]), task.outputs)
            return cls(arrays["keys"], parts, task.kind)
        except (OSError, SafetensorError, LookupError, TypeError, ValueError, OverflowError) as error:
            raise ModelError(f"A small network of the model is damaged: {error}. Train again.") from error


def _check(part: Part, words: int, outputs: int) -> None:
    """Raise ValueError where the arrays of a network do not fit each other."""
    length = sum(len(part[f"bias{width}"]) for width in KERNELS)
    wanted = {"weight": (outputs, length), "bias": (outputs,), "words": (FIRST + words, part["words"].shape[1])}
    for width in KERNELS:
        wanted[f"kernel{width}"] = (len(part[f"bias{width}"]), part["words"].shape[1], width)
    if any(part[name].shape != shape for name, shape in wanted.items()):
        raise ValueError("its arrays do not fit each other")


def _strongest(part: Part, texts: Sequence[NumberArray]) -> Float32Array:
    """Return the greatest answer of each kernel to any place of each text, [texts, 3 f]."""
    row = in_a_row(texts)
    places = np.flatnonzero(row != GAP)
    lengths = np.array([len(text) for text in texts])
    begins = np.cumsum(lengths) - lengths
    seen = part["words"][row]
    found = []
    for width in KERNELS:
        kernel = part[f"kernel{width}"]
        total = np.tile(part[f"bias{width}"], (len(places), 1))
        for step in range(width):
            total += seen[places + step - width // 2] @ kernel[:, :, step].T
        found.append(np.maximum.reduceat(np.maximum(total, 0.0), begins, axis=0))
    return np.concatenate(found, axis=1)
