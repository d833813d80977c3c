from __future__ import annotations

import numpy as np

from engine.arrays import FloatArray
from engine.heads.order import stratified_order
from engine.learners.base import Job
from engine.modalities.image.samples import ImageSamples
from engine.task import Kind, Modality, Task


def job(labels: list[float] | FloatArray, kind: Kind, seed: int = 0) -> Job:
    classes = () if kind is Kind.REGRESSION else ("a", "b", "c")
    blank = ImageSamples([""] * len(labels), [None] * len(labels))
    return Job(Task(Modality.IMAGE, kind, classes), blank, np.array(labels), np.zeros(len(labels), np.int64), seed=seed)


def test_every_row_comes_once_and_every_class_first() -> None:
    labels = [0.0] * 90 + [1.0] * 9 + [2.0]
    order = stratified_order(job(labels, Kind.MULTICLASS))
    assert sorted(order) == list(range(100))
    assert set(np.array(labels)[order[:3]]) == {0.0, 1.0, 2.0}


def test_a_beginning_holds_classes_in_their_share() -> None:
    labels = np.array([0.0] * 80 + [1.0] * 20)
    half = labels[stratified_order(job(labels.tolist(), Kind.MULTICLASS))[:50]]
    assert 9 <= (half == 1).sum() <= 11


def test_seeds_repeat_and_differ() -> None:
    labels = list(np.linspace(0, 1, 50))
    first, again, other = (stratified_order(job(labels, Kind.REGRESSION, seed)).tolist() for seed in (0, 0, 1))
    assert first == again != other
    assert sorted(first) == list(range(50))


def test_samples_of_several_classes_count_for_the_rarest() -> None:
    labels = np.zeros((100, 3))
    labels[:90, 0] = 1
    labels[80:90, 1] = 1
    labels[85, 2] = 1  # with both others; the last ten have none
    order = stratified_order(job(labels, Kind.MULTILABEL))
    assert sorted(order) == list(range(100))
    first = labels[order[:4]].sum(axis=1).tolist()
    assert sorted(first) == [0, 1, 2, 3]
    assert 4 <= labels[order[:50], 1].sum() <= 7
