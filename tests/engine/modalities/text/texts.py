"""Small made-up texts to learn from."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

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


def long_files(folder: Path, words: list[str]) -> TextSamples:
    """Return files of a megabyte, each of one word and the blanks behind it; none is kept in memory once it is read."""
    for row, word in enumerate(words):
        (folder / f"{row}.txt").write_text(word + " " * 999_000, encoding="utf-8")
    samples = TextSamples([folder / f"{row}.txt" for row in range(len(words))])
    samples.forget()
    return samples


def peak_of(work: Callable[[], object]) -> int:
    """Return how many bytes ``work`` has in memory at most."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
