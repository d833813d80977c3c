"""Small models of texts, made directly: what is tested here is how they are written, not how they are trained."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from engine.arrays import Float32Array
from engine.heads.answer import Answer
from engine.heads.kernel import KernelHead
from engine.modalities.text.counted import Counted
from engine.modalities.text.keys import Family
from engine.modalities.text.members.features import FeaturesMember
from engine.modalities.text.members.network import LENGTH, STATES, NetworkMember
from engine.modalities.text.members.ngrams import NgramsMember
from engine.modalities.text.members.shallow import KERNELS, ShallowMember
from engine.modalities.text.ngrams import Vocabulary
from engine.modalities.text.samples import Text
from engine.modalities.text.sequences import FIRST, Census
from engine.model.member import Member
from engine.task import Column, ColumnType, Kind, Modality, Task

if TYPE_CHECKING:
    from torch import Tensor

TEXTS = Task(Modality.TEXT, Kind.MULTICLASS, ("bad", "good", "so\nso 😀"))
TWO = Task(Modality.TEXT, Kind.MULTICLASS, ("bad", "good"))
SEVERAL = Task(Modality.TEXT, Kind.MULTILABEL, ("a", "b", "c"))
NUMBER = Task(Modality.TEXT, Kind.REGRESSION)
COLUMNS = (Column("title", ColumnType.TEXT), Column("body", ColumnType.TEXT))
IN_COLUMNS = Task(Modality.TEXT, Kind.MULTICLASS, ("bad", "good", "so so"), columns=COLUMNS)

FAMILIES = (Family(False, 1, 3), Family(False, 1, 2, binary=True, joined=True), Family(True, 3, 5))
_WORDS = ("good", "bad", "fine", "isn't", "味", "道", "naïve", "😀", "the", "a", "film", "of", "unfunny", "อาหาร", "!")
_LAYERS = 2  # the last ones, which are tuned


def reviews(count: int = 60, columns: int = 1, seed: int = 0) -> list[Text]:
    """Texts of a few words that come again and again, in several scripts; the last is empty."""
    rng = np.random.default_rng(seed)
    texts = [tuple(" ".join(rng.choice(_WORDS, rng.integers(1, 12))) for _ in range(columns)) for _ in range(count - 1)]
    return [*texts, ("",) * columns]


def _columns(task: Task) -> int:
    return max(1, len(task.columns))


def ngrams(task: Task) -> NgramsMember:
    """Random weights for what occurs in reviews."""
    rng, texts = np.random.default_rng(1), Counted(reviews(columns=_columns(task)))
    vocabularies = tuple(Vocabulary.fit(texts.counts(family), family, 2, 300) for family in FAMILIES)
    outputs = 1 if task.kind is Kind.MULTICLASS and task.outputs == 2 else task.outputs
    features = sum(len(vocabulary.keys) for vocabulary in vocabularies)
    weight = rng.normal(size=(features, outputs)).astype(np.float32)
    return NgramsMember(vocabularies, weight, rng.normal(size=outputs).astype(np.float32), task)


def shallow(task: Task) -> ShallowMember:
    """Two networks of random weights over the words of reviews."""
    rng, census = np.random.default_rng(2), Census()
    census.add(Counted(reviews(columns=_columns(task))).tokens)
    keys = census.known(2, 100)
    return ShallowMember(keys, [_shallow_part(task, rng, len(keys)) for _ in range(2)], task.kind)


def _shallow_part(task: Task, rng: np.random.Generator, words: int) -> dict[str, Float32Array]:
    wide, each = 10, 6

    def draw(*shape: int) -> Float32Array:
        return rng.normal(size=shape).astype(np.float32)

    part = {"words": draw(FIRST + words, wide), "weight": draw(task.outputs, each * 3), "bias": draw(task.outputs)}
    for width in KERNELS:
        part |= {f"kernel{width}": draw(each, wide, width), f"bias{width}": draw(each)}
    return part


def features(task: Task, looks: int = 1) -> FeaturesMember:
    """A random head on real means of the sentence network."""
    rng = np.random.default_rng(3)

    def draw(*shape: int) -> Float32Array:
        return rng.normal(size=shape).astype(np.float32)

    length = 2688
    scale = np.full(length, length**-0.5, dtype=np.float32)
    marks = draw(40, length) * scale
    head = KernelHead(
        None,
        Answer.of(task.kind),
        draw(length) * np.float32(0.1),
        scale,
        marks,
        draw(40, task.outputs),
        draw(task.outputs),
    )
    return FeaturesMember(head, looks)


def network(task: Task, count: int = 2) -> NetworkMember:
    """Sentence networks whose last layers are a little off."""
    import torch

    parts = []
    for seed in range(count):
        random = torch.Generator().manual_seed(seed)
        tuned = {
            name: value + 0.01 * torch.randn(value.shape, generator=random)
            for name, value in _pretrained().items()
            if any(name.startswith(f"layers.{layer}.") for layer in range(max(STATES) - _LAYERS, max(STATES)))
        }
        weight = torch.randn(task.outputs, LENGTH, generator=random) / LENGTH**0.5
        parts.append({**tuned, "weight": weight, "bias": torch.randn(task.outputs, generator=random)})
    return NetworkMember(parts, task.kind)


@cache
def _pretrained() -> dict[str, Tensor]:
    from engine.backbones.minilm import load_minilm
    from engine.backbones.weights import verified

    return dict(load_minilm(verified("minilm_l6")).state_dict())


TEXT_MEMBERS: dict[str, Callable[[Task], Member]] = {
    "text.ngrams": ngrams,
    "text.shallow": shallow,
    "text.features": features,
    "text.network": network,
}
