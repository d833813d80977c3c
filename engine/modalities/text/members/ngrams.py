"""A linear model on n-grams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

import numpy as np
from typing_extensions import override

from engine.arrays import Float32Array, FloatArray
from engine.errors import ModelError
from engine.modalities.text.counted import Counted, counted_in_pieces
from engine.modalities.text.keys import Family
from engine.modalities.text.links import answers_of
from engine.modalities.text.ngrams import Vocabulary
from engine.modalities.text.samples import TextSamples
from engine.model.member import Member
from engine.samples import Samples
from engine.task import Task

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_ARRAYS = "ngrams.safetensors"
_LONGEST = 16  # words or characters of a run, as in exported models


def design(texts: Counted, vocabularies: Sequence[Vocabulary]) -> csr_array[np.float32]:
    """Return the features of all vocabularies as :func:`side_by_side` says."""
    return side_by_side([vocabulary.matrix(texts.counts(vocabulary.family)) for vocabulary in vocabularies])


def side_by_side(parts: Sequence[csr_array[np.float32]]) -> csr_array[np.float32]:
    """Return the features of several vocabularies [texts, m] as those of one, scaled by 1 / sqrt(vocabularies)."""
    from scipy.sparse import csr_array, hstack

    found = csr_array(hstack(parts, format="csr"))
    found.data *= np.float32(1.0 / np.sqrt(len(parts)))
    return found


@dataclass(frozen=True, eq=False)
class NgramsMember(Member):
    """Answers ``link(x @ weight + bias)``.

    ``x`` [m] are the values of :mod:`engine.modalities.text.ngrams` for each vocabulary, side by side and divided by
    the square root of their number; ``weight`` float32 [m, K], ``bias`` float32 [K]. The link is a softmax; for two
    classes and for several at once a sigmoid (K is 1 for two classes: that of the second); for numbers nothing.
    """

    kind: ClassVar[str] = "text.ngrams"

    vocabularies: tuple[Vocabulary, ...]
    weight: Float32Array
    bias: Float32Array
    task: Task

    @override
    def predict(self, samples: Samples) -> FloatArray:
        return np.concatenate([self._answers(texts) for texts in counted_in_pieces(cast(TextSamples, samples))])

    def _answers(self, texts: Counted) -> FloatArray:
        scores = design(texts, self.vocabularies) @ self.weight + self.bias
        return answers_of(scores.astype(np.float64), self.task)

    @override
    def save(self, folder: Path) -> Mapping[str, Any]:
        from safetensors.numpy import save_file

        arrays: dict[str, np.ndarray[Any, Any]] = {"weight": self.weight, "bias": self.bias}
        for place, vocabulary in enumerate(self.vocabularies):
            arrays[f"keys{place}"], arrays[f"rarity{place}"] = vocabulary.keys, vocabulary.rarity
        save_file({name: np.ascontiguousarray(array) for name, array in arrays.items()}, folder / _ARRAYS)
        return {"families": [asdict(vocabulary.family) for vocabulary in self.vocabularies]}

    @classmethod
    @override
    def load(cls, folder: Path, settings: Mapping[str, Any], task: Task, device: str = "cpu") -> Self:
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            arrays = load_file(folder / _ARRAYS)
            families = [_family(told) for told in settings["families"]]
            vocabularies = tuple(
                Vocabulary(family, arrays[f"keys{place}"], arrays[f"rarity{place}"])
                for place, family in enumerate(families)
            )
            features, outputs = arrays["weight"].shape
            if features != sum(len(v.keys) for v in vocabularies) or arrays["bias"].shape != (outputs,):
                raise ValueError("its arrays do not fit each other")
            if not vocabularies:
                raise ValueError("it looks at nothing")
        except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
            raise ModelError(f"The part of the model that looks at words is damaged: {error}. Train again.") from error
        return cls(vocabularies, arrays["weight"], arrays["bias"], task)


def _family(told: Mapping[str, Any]) -> Family:
    """Return the n-grams that settings tell of.

    Raises:
        TypeError, ValueError: there are none such, or it would take for ever to count them.
    """
    family = Family(**told)
    whole = all(isinstance(length, int) for length in (family.low, family.high))
    if not whole or not all(isinstance(way, bool) for way in (family.pieces, family.binary, family.joined)):
        raise TypeError(f"{told} are no n-grams")
    if not 1 <= family.low <= family.high <= _LONGEST:
        raise ValueError(f"n-grams of {family.low} to {family.high} are not counted")
    return family
