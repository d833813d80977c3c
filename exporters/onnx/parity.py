"""The gate: an exported model is run beside the model it was made from, and handed over only if both say the same."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

import numpy as np

from engine.arrays import BoolArray, FloatArray
from engine.dataset import Dataset
from engine.finetune.full import in_full
from engine.metrics.decisions import NAMED_FROM
from engine.model.model import Model
from engine.samples import Samples
from engine.task import Kind, Task
from exporters.errors import ParityError
from exporters.onnx.inputs.base import Feeds
from exporters.onnx.runtime import OnnxModel, Said
from exporters.onnx.trials import make_trials
from exporters.onnx.trials.base import Trial

_NAMED = 3
_TIMED_CALLS = 7

Tick = Callable[[int], None]


@dataclass(frozen=True)
class Parity:
    """What was compared and how far apart it was.

    ``difference`` is the largest difference, ``difference_in`` probability, or for numbers as a share of the number
    (of a usual one where that is larger). ``agreement`` is the share of samples with the same label (1 for numbers),
    ``ties`` how many labels differed because two classes were equally likely. ``milliseconds`` is the median time of a
    call with one sample.
    """

    samples: int
    real_samples: int
    difference: float
    difference_in: str
    tolerance: float
    agreement: float
    ties: int
    batches: tuple[int, ...]
    sizes: tuple[str, ...]
    milliseconds: float

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


@dataclass
class _Answers:
    """Both sides' answers to all trials so far: ``right`` and ``tied`` tell of each sample what was said in words."""

    names: list[str] = field(default_factory=list)
    real: int = 0
    expected: list[FloatArray] = field(default_factory=list)
    answered: list[FloatArray] = field(default_factory=list)
    right: list[BoolArray] = field(default_factory=list)
    tied: list[BoolArray] = field(default_factory=list)
    batches: set[int] = field(default_factory=set)
    sizes: set[str] = field(default_factory=set)


def check(model: Model, artefact: OnnxModel, dataset: Dataset | None, tick: Tick = lambda samples: None) -> Parity:
    """Run ``artefact`` beside ``model`` on real and awkward samples; ``tick`` hears how many are done.

    Raises:
        ParityError: they disagree; the message says on which samples and by how much.
    """
    said = _Answers()
    one: Feeds | None = None
    beside = ThreadPoolExecutor(1)  # both sides at once take little more than half the time
    try:
        for trial in make_trials(model.task, dataset):
            expected = beside.submit(_ask, model, trial.samples)
            _answer(artefact, trial, said, expected)
            one = one or next(artefact.form.calls(trial.samples.take(np.zeros(1, np.int64)))).feeds
            tick(len(said.names))
    finally:
        beside.shutdown(wait=False, cancel_futures=True)  # who cancels does not wait for a whole trial
    assert one is not None
    return _compare(artefact, said, _milliseconds(artefact, one))


def _answer(artefact: OnnxModel, trial: Trial, said: _Answers, expected: Future[FloatArray]) -> None:
    """Take in what both say about one trial."""
    calls = []
    for call in artefact.form.calls(trial.samples):
        calls.append((call.rows, *artefact.run(call.feeds)))
        said.batches.add(len(call.rows))
        said.sizes |= {call.size} - {""}
    for rows, answered, words in calls:
        known = expected.result()[rows]
        right, tied = _words(artefact.task, known, words, artefact.form.tolerance)
        said.names += [trial.names[row] for row in rows]
        said.real += len(rows) * trial.real
        said.expected.append(known)
        said.answered.append(answered)
        said.right.append(right)
        said.tied.append(tied)


def _ask(model: Model, samples: Samples) -> FloatArray:
    with in_full(), np.errstate(over="ignore", invalid="ignore"):  # awkward numbers may well be too much for a model
        return model.predict(samples)


def _compare(artefact: OnnxModel, said: _Answers, milliseconds: float) -> Parity:
    numbers, tolerance = artefact.task.kind is Kind.REGRESSION, artefact.form.tolerance
    expected, answered = np.concatenate(said.expected), np.concatenate(said.answered)
    apart = _apart(expected, answered, _usual(expected) if numbers else None)
    same, tied = np.concatenate(said.right), np.concatenate(said.tied)
    wrong = (apart > tolerance) | ~(same | tied)
    if wrong.any():
        raise ParityError(_disagreement(said.names, apart, wrong, tolerance))
    return Parity(
        samples=len(apart),
        real_samples=said.real,
        difference=float(apart.max()),
        difference_in="share of the number" if numbers else "probability",
        tolerance=tolerance,
        agreement=float(same.mean()),
        ties=int((tied & ~same).sum()),
        batches=tuple(sorted(said.batches)),
        sizes=tuple(sorted(said.sizes, key=_numbers_in)),
        milliseconds=milliseconds,
    )


def _numbers_in(size: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", size)]


def _usual(numbers: FloatArray) -> float:
    """Return the usual size of a prediction, 1 where that is 0."""
    finite = np.abs(numbers[np.isfinite(numbers)])
    return float(np.median(finite)) or 1.0 if finite.size else 1.0


def _apart(expected: FloatArray, answered: FloatArray, usual: float | None) -> FloatArray:
    """Return each sample's difference [n]; equal infinities are not apart, a NaN on one side is infinitely."""
    with np.errstate(invalid="ignore"):
        apart = np.where(expected == answered, 0.0, np.abs(expected - answered))
        if usual is not None:
            apart = apart / np.maximum(usual, np.maximum(np.abs(expected), np.abs(answered)))
    alike = (np.isinf(expected) & (expected == answered)) | (np.isnan(expected) & np.isnan(answered))
    apart = np.where(alike, 0.0, apart)
    worst: FloatArray = np.where(np.isnan(apart), np.inf, apart).max(axis=1)
    return worst


def _words(task: Task, expected: FloatArray, words: Said, tolerance: float) -> tuple[BoolArray, BoolArray]:
    """Return of which samples the same was said in words [n], and of which what holds as well within the tolerance."""
    if task.kind is Kind.REGRESSION:
        return np.ones(len(expected), np.bool_), np.zeros(len(expected), np.bool_)
    if task.kind is Kind.MULTILABEL:
        alike = np.asarray(words) == (expected >= NAMED_FROM)
        near = np.abs(expected - NAMED_FROM) <= tolerance
        return alike.all(axis=1), (alike | near).all(axis=1)
    codes = {name: code for code, name in enumerate(task.classes)}
    given = np.array([codes.get(label, -1) for label in words])
    same: BoolArray = given == expected.argmax(axis=1)
    likely = expected[np.arange(len(given)), given]
    tied: BoolArray = (given >= 0) & (expected.max(axis=1) - likely <= 2 * tolerance)
    return same, tied


def _milliseconds(artefact: OnnxModel, feeds: Feeds) -> float:
    times = []
    for _ in range(_TIMED_CALLS):
        start = time.perf_counter()
        artefact.run(feeds)
        times.append(time.perf_counter() - start)
    return round(1000.0 * median(times), 3)


def _disagreement(names: list[str], apart: FloatArray, wrong: BoolArray, tolerance: float) -> str:
    worst = [row for row in np.argsort(-apart, kind="stable") if wrong[row]][:_NAMED]
    named = "; ".join(f"{names[row]!r} by {apart[row]:.2g}" for row in worst)
    return (
        f"The exported model disagrees with the trained one on {int(wrong.sum())} of {len(wrong)} samples "
        f"(allowed: {tolerance:.0e}): {named}. Nothing was written. Please report this with the run folder."
    )
