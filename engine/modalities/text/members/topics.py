"""A kernel head on what texts are about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self, cast

from typing_extensions import override

from engine.arrays import FloatArray
from engine.errors import ModelError
from engine.heads.answer import Answer
from engine.heads.kernel import KernelHead
from engine.modalities.text.counted import counted
from engine.modalities.text.members.ngrams import arrays_of, design, vocabularies_of
from engine.modalities.text.ngrams import Vocabulary
from engine.modalities.text.samples import TextSamples
from engine.modalities.text.topics import Projection
from engine.model.member import Member
from engine.samples import Samples
from engine.task import Task

ROOT = None  # numbers of both signs
_ARRAYS, _HEAD = "topics.safetensors", "head.safetensors"


@dataclass(frozen=True, eq=False)
class TopicsMember(Member):
    """Answers ``head.predict(t)``, with t [d] the numbers that ``projection`` makes of a text's counts.

    The counts are those of the vocabularies, as :class:`engine.modalities.text.members.ngrams.NgramsMember` has them.
    """

    kind: ClassVar[str] = "text.topics"

    vocabularies: tuple[Vocabulary, ...]
    projection: Projection
    head: KernelHead

    @override
    def predict(self, samples: Samples) -> FloatArray:
        counts = design(counted(cast(TextSamples, samples)), self.vocabularies)
        return self.head.predict(self.projection.numbers(counts))

    @override
    def save(self, folder: Path) -> Mapping[str, Any]:
        from safetensors.numpy import save_file

        self.head.write(folder / _HEAD)
        arrays, families = arrays_of(self.vocabularies)
        save_file({**arrays, "directions": self.projection.directions}, folder / _ARRAYS)
        return {"families": families}

    @classmethod
    @override
    def load(cls, folder: Path, settings: Mapping[str, Any], task: Task, device: str = "cpu") -> Self:
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        head = KernelHead.read(folder / _HEAD, ROOT, Answer.of(task.kind))
        try:
            arrays = load_file(folder / _ARRAYS)
            vocabularies = vocabularies_of(arrays, settings["families"])
            directions = arrays["directions"]
            if directions.shape != (sum(len(v.keys) for v in vocabularies), len(head.mean)):
                raise ValueError("its arrays do not fit each other")
        except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
            raise ModelError(f"The part of the model that looks at topics is damaged: {error}. Train again.") from error
        return cls(vocabularies, Projection(directions), head)
