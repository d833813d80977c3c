"""Texts: what :class:`exporters.standalone.text.Featurizer` makes of them, and nothing that was learned.

What it makes is in ``reading``, which is the same in ``manifest.json`` and in the metadata of the graph:

============  =========================================================================================================
``columns``   how many texts a sample has, in the order of the task's columns (1 where the task names none)
``letters``   how many characters of each of them count
``features``  what is made of them, a list of objects; ``inputs`` names their arrays, all int64 unless said otherwise
============  =========================================================================================================

Each feature has a ``kind``. Lists that differ in length from text to text are laid end to end, P entries in all; their
``sizes`` [N] tell how many belong to each text.

============  =========================================================================================================
``ngrams``    the n-grams of :mod:`engine.modalities.text.ngrams`: keys [P], each once a text, counts [P], sizes [N];
              ``pieces`` (of characters within words, else of words), ``low``, ``high``, ``joined`` (columns are one)
``sequence``  the checksums of the words in order, the columns after each other: keys [P], sizes [N]; at most
              ``longest`` of a text, of one without words the key -1
``words``     the numbers of ``tokenizer.json`` in chunks [C, T], 0 where a chunk is shorter, as
              :mod:`engine.modalities.text.chunks` cuts them (``chunk``, ``chunks``), and for each number in ``looks``
              which share of each text each chunk is, float32 [N, C], where only so many chunks of a text are looked at
``letters``   the number of characters [N], for a model that looks at nothing else
============  =========================================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from typing_extensions import override

from engine.backbones.weights import verified
from engine.modalities.text.chunks import CHUNK, CHUNKS
from engine.modalities.text.decode import MAX_BYTES
from engine.modalities.text.keys import Family
from engine.modalities.text.members.features import FeaturesMember
from engine.modalities.text.members.network import NetworkMember
from engine.modalities.text.members.ngrams import NgramsMember
from engine.modalities.text.members.shallow import ShallowMember
from engine.modalities.text.samples import TextSamples
from engine.modalities.text.sequences import LONGEST
from engine.modalities.text.words import WORDS
from engine.model.member import Member
from engine.model.model import Model
from engine.samples import Samples
from engine.task import Task
from exporters.onnx.graph import FLOAT, INT64, Graph
from exporters.onnx.inputs.base import ROWS, Call, Form, Inputs
from exporters.onnx.ragged import owners
from exporters.standalone.described import TOKENIZER
from exporters.standalone.text import Featurizer, Text

_MEANINGS = {
    "ngrams": (
        "keys of n-grams, each once a text, text after text",
        "how often each of them occurs in its text",
        "how many of them each text has",
    ),
    "sequence": ("keys of the words in order, text after text", "how many of them each text has"),
    "letters": ("how many characters each text has",),
}
_WORDS_MEANINGS = "chunks of the numbers of words, padded with 0", "which share of each text each chunk is"


class TextInputs(Inputs):
    """The arrays that a reading asks for."""

    def __init__(self, graph: Graph, reading: Mapping[str, Any]) -> None:
        self._features = reading["features"]
        for feature in self._features:
            for name, element, shape, _ in _arrays(feature):
                graph.add_input(name, element, shape)
        super().__init__(graph, next(name for name, _, shape, _ in _arrays(self._features[0]) if shape[0] == ROWS))

    def ngrams(self, family: Family) -> tuple[str, str, str]:
        """Return the keys and the counts [P] of a family's n-grams, and whose each is [P], all int64."""
        keys, counts, sizes = self._names(_ngrams(family))
        return keys, counts, self._owners(sizes, keys)

    def sequence(self) -> tuple[str, str]:
        """Return the keys [P] of words, and whose each is [P], both int64."""
        keys, sizes = self._names({"kind": "sequence"})
        return keys, self._owners(sizes, keys)

    def words(self) -> str:
        """Return the chunks of words, int64 [C, T]."""
        return self._names({"kind": "words"})[0]

    def shares(self, looks: int) -> str:
        """Return which share of each text each chunk is where ``looks`` of its chunks are looked at, float32 [N, C]."""
        feature = self._feature({"kind": "words"})
        name: str = feature["inputs"][1 + feature["looks"].index(looks)]
        return name

    def _owners(self, sizes: str, entries: str) -> str:
        return self.shared(("owners", sizes), lambda: owners(self.graph, sizes, entries))

    def _names(self, wanted: Mapping[str, Any]) -> Sequence[str]:
        names: Sequence[str] = self._feature(wanted)["inputs"]
        return names

    def _feature(self, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
        found: Mapping[str, Any] = next(f for f in self._features if wanted.items() <= f.items())
        return found


class TextForm(Form):
    """Texts, of one column or several."""

    noun: ClassVar[str] = "texts"
    steps: ClassVar[tuple[str, ...]] = (
        "Client: make of the texts what `reading` says: the checksums of their words and n-grams, and the numbers of "
        "the words that tokenizer.json knows. The bundle's own program does it; nothing it does was learned.",
        "Graph: the words that the model knows, their weights and all networks are inside, in float32 or finer. The "
        "studio computes networks in half precision where that is faster; the two were compared in float32.",
    )

    def __init__(self, task: Task, reading: Mapping[str, Any]) -> None:
        super().__init__(task, reading)
        asks = any(feature["kind"] == "words" for feature in reading["features"])
        self._tokenizer: Path | None = verified(WORDS) if asks else None
        self._featurizer = Featurizer(reading, self._tokenizer)

    @classmethod
    @override
    def reading_of(cls, model: Model) -> Mapping[str, Any]:
        members = [part.member for part in model.members]
        features = [*_all_ngrams(members), *_sequences(members), *_words(members)]
        return {
            "columns": max(1, len(model.task.columns)),
            "letters": MAX_BYTES,
            "features": features or [{"kind": "letters", "inputs": ["letters"]}],
        }

    @property
    @override
    def names(self) -> tuple[str, ...]:
        return self._featurizer.names

    @override
    def open(self, graph: Graph) -> TextInputs:
        return TextInputs(graph, self.reading)

    @override
    def described(self) -> list[dict[str, Any]]:
        return [
            {
                "name": name,
                "type": "float32" if element == FLOAT else "int64",
                "shape": shape,
                "meaning": meaning,
                "missing": None,
            }
            for feature in self.reading["features"]
            for name, element, shape, meaning in _arrays(feature)
        ]

    @override
    def calls(self, samples: Samples) -> Iterator[Call]:
        assert isinstance(samples, TextSamples)
        texts = samples.texts()
        for rows in _together(texts, self._featurizer):
            yield Call(np.array(rows), self._featurizer.feeds([texts[row] for row in rows]))

    @override
    def files(self) -> Mapping[str, bytes]:
        return {} if self._tokenizer is None else {TOKENIZER: self._tokenizer.read_bytes()}


def _together(texts: Sequence[Text], featurizer: Featurizer) -> Iterator[list[int]]:
    """Yield the places of texts that share a call, like lengths together."""
    waiting: list[int] = []
    for row in sorted(range(len(texts)), key=lambda row: featurizer.kin(texts[row])):
        if waiting and len(waiting) >= featurizer.most(texts[row]):
            yield waiting
            waiting = []
        waiting.append(row)
    if waiting:
        yield waiting


def _arrays(feature: Mapping[str, Any]) -> Iterator[tuple[str, int, list[int | str], str]]:
    """Yield the name, element type, shape and meaning of each of a feature's arrays."""
    names: Sequence[str] = feature["inputs"]
    if feature["kind"] == "words":
        yield names[0], INT64, ["chunks", "length"], _WORDS_MEANINGS[0]
        for name in names[1:]:
            yield name, FLOAT, [ROWS, "chunks"], _WORDS_MEANINGS[1]
        return
    for place, (name, meaning) in enumerate(zip(names, _MEANINGS[feature["kind"]], strict=True), 1):
        yield name, INT64, [ROWS if place == len(names) else f"entries of {names[0]}"], meaning


def _ngrams(family: Family) -> dict[str, Any]:
    """Return a family as a feature names it, in which every one of its n-grams counts."""
    return {"kind": "ngrams", **{name: value for name, value in asdict(family).items() if name != "binary"}}


def _all_ngrams(members: Sequence[Member]) -> list[dict[str, Any]]:
    vocabularies = [v for member in members if isinstance(member, NgramsMember) for v in member.vocabularies]
    families = dict.fromkeys(replace(vocabulary.family, binary=False) for vocabulary in vocabularies)
    return [
        {**_ngrams(family), "inputs": [f"ngrams_{number}_{part}" for part in ("keys", "counts", "sizes")]}
        for number, family in enumerate(families, 1)
    ]


def _sequences(members: Sequence[Member]) -> list[dict[str, Any]]:
    if not any(isinstance(member, ShallowMember) for member in members):
        return []
    return [{"kind": "sequence", "inputs": ["sequence_keys", "sequence_sizes"], "longest": LONGEST}]


def _words(members: Sequence[Member]) -> list[dict[str, Any]]:
    looks = {looks_of(member) for member in members if isinstance(member, FeaturesMember | NetworkMember)}
    if not looks:
        return []
    names = ["words", *(f"shares_{number}" for number in sorted(looks))]
    return [{"kind": "words", "inputs": names, "chunk": CHUNK, "chunks": CHUNKS, "looks": sorted(looks)}]


def looks_of(member: FeaturesMember | NetworkMember) -> int:
    """Return how many chunks of a text a member looks at, at most."""
    from engine.modalities.text.features import LOOKS

    return LOOKS[member.looks - 1] if isinstance(member, FeaturesMember) else CHUNKS
