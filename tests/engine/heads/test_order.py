from __future__ import annotations

import numpy as np

from engine.heads.order import stratified_order
from engine.learners.base import Job
from engine.modalities.image.samples import ImageSamples
from engine.task import Kind, Modality, Task


def job(labels: list[float], kind: Kind, seed: int = 0) -> Job:
    classes = ("a", "b", "c") if kind is Kind.MULTICLASS else ()
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
