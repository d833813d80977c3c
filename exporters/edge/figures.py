"""Before and after, measured on the untouched test part through the files themselves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.arrays import FloatArray
from engine.dataset import Dataset, Split
from engine.modalities import open_samples
from engine.samples import Samples
from engine.task import Task
from exporters.edge.compress import Artefact
from exporters.edge.evidence import Loss, Score, agreement
from exporters.edge.ladder import Taken, caller, one_sample
from exporters.edge.options import EdgeOptions
from exporters.edge.report import Comparison, Row
from exporters.edge.scheme import Way
from exporters.edge.timing import paired
from exporters.source import Source

_MOST = 1000


@dataclass(frozen=True)
class _Asked:
    """The samples that both sides are asked, with their labels."""

    samples: Samples
    labels: FloatArray


def compare(source: Source, options: EdgeOptions, taken: Taken) -> Comparison:
    """Return both sides of what was taken."""
    task = source.model.task
    asked = _test_part(task, source.dataset)
    sides = _sides(taken)
    sample = one_sample(source)
    took = paired([caller(side.opened, sample) for _, _, side in sides])
    answers = [None if asked is None else _answers(side, asked) for _, _, side in sides]
    rows = tuple(
        Row(name, way, len(side.content), ms, *_judged(task, asked, answers[0], mine))
        for (name, way, side), ms, mine in zip(sides, took, answers, strict=True)
    )
    first, last = answers[0], answers[-1]
    exact = taken.candidate.exact and taken.scheme.way is Way.FLOAT
    lost = None if asked is None or first is None or last is None else Loss.between(task, asked.labels, first, last)
    return Comparison(
        device=options.device.words,
        max_loss=options.max_loss,
        max_latency_ms=options.max_latency_ms,
        judged_by="parity" if exact else "accuracy",
        measured_on="nothing" if asked is None else "test",
        rows=rows,
        loss=lost,
        ladder=taken.rungs,
    )


def _sides(taken: Taken) -> list[tuple[str, str, Artefact]]:
    """Return the served model, the chosen one before it was compressed where that is another, and the artefact."""
    sides = [("The model as it is served", Way.FLOAT.value, taken.served)]
    if not taken.candidate.exact:
        sides.append((taken.candidate.name, Way.FLOAT.value, taken.plain))
    if taken.scheme.way is not Way.FLOAT:
        sides.append((taken.candidate.name, taken.scheme.way.value, taken.artefact))
    return sides


def _test_part(task: Task, dataset: Dataset | None) -> _Asked | None:
    """Return the samples of the test part that have a label, some of many; None where there is none."""
    import polars as pl

    if dataset is None or not {"split", "label"} <= set(dataset.frame.columns):
        return None
    part = dataset.part(Split.TEST)
    part = Dataset(part.frame.filter(pl.col("label").is_not_null()))
    if len(part) > _MOST:
        part = Dataset(part.frame[np.sort(np.random.default_rng(0).choice(len(part), _MOST, replace=False))])
    return _Asked(open_samples(part, task), part.labels(task)) if len(part) > 1 else None


def _answers(side: Artefact, asked: _Asked) -> FloatArray:
    return side.opened.predict(asked.samples)


def _judged(
    task: Task, asked: _Asked | None, served: FloatArray | None, mine: FloatArray | None
) -> tuple[Score | None, float | None]:
    if asked is None or served is None or mine is None:
        return None, None
    return Score.of(task, asked.labels, mine), agreement(task, served, mine)
