"""Small made-up texts to learn from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.learners.base import Job
from engine.modalities.text.samples import TextSamples
from engine.task import Kind, Modality, Task

TOPICS = (("goal", "match", "team"), ("bank", "money", "share"), ("star", "planet", "space"))
_FILL = ("the", "a", "of", "new", "was", "it", "day")


def class_job(each: int = 20, classes: int = 3) -> Job:
    """Return texts of ``classes`` topics, ``each`` of every one, in four folds."""
    random = np.random.default_rng(0)
    labels = np.tile(np.arange(classes), each)
    texts = [" ".join([*random.choice(_FILL, 4), *random.choice(TOPICS[label], 2)]) for label in labels]
    task = Task(Modality.TEXT, Kind.MULTICLASS, tuple("abc"[:classes]))
    return Job(
        task, TextSamples.from_texts(texts), labels.astype(np.float64), np.arange(len(labels)) // classes % 4, threads=1
    )


def foreign_job() -> Job:
    """Return the texts of :func:`class_job` as if in a language of its own: each word a rare Chinese character."""
    job = class_job()
    assert isinstance(job.samples, TextSamples)
    words = sorted({word for (text,) in job.samples.texts() for word in text.split()})
    signs = {word: chr(0x3400 + 37 * place) for place, word in enumerate(words)}
    texts = ["".join(signs[word] for word in text.split()) for (text,) in job.samples.texts()]
    return replace(job, samples=TextSamples.from_texts(texts))


def several_job(each: int = 20) -> Job:
    """Return texts that speak of one topic, of two or of none."""
    random = np.random.default_rng(0)
    labels = random.integers(0, 2, (3 * each, 3)).astype(np.float64)
    texts = [" ".join([*random.choice(_FILL, 3), *(TOPICS[k][0] for k in np.flatnonzero(row))]) for row in labels]
    task = Task(Modality.TEXT, Kind.MULTILABEL, ("a", "b", "c"))
    return Job(task, TextSamples.from_texts(texts), labels, np.arange(len(labels)) % 4, threads=1)


def number_job(each: int = 60) -> Job:
    """Return texts and how often they say ``goal`` rather than ``bank``, times ten."""
    random = np.random.default_rng(0)
    often = random.integers(0, 3, each)
    words = [["goal"] * n + ["bank"] * (2 - n) for n in often]
    texts = [" ".join([*random.choice(_FILL, 3), *mine]) for mine in words]
    task = Task(Modality.TEXT, Kind.REGRESSION)
    return Job(task, TextSamples.from_texts(texts), (often * 10).astype(np.float64), np.arange(each) % 4, threads=1)
