"""The gate: an exported model is run beside the model it was made from, and handed over only if both say the same."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

import numpy as np

from engine.arrays import BoolArray, FloatArray
from engine.dataset import Dataset
from engine.model.model import Model
from engine.samples import Samples
from engine.task import Kind, Modality, Task
from exporters.errors import ParityError
from exporters.onnx.inputs import IMAGE
from exporters.onnx.runtime import Feeds, OnnxModel
from exporters.onnx.trials import Trial, make_trials

PROBABILITY_TOLERANCE = 1e-4
NUMBER_TOLERANCE = {Modality.IMAGE: 1e-4, Modality.TABLE: 1e-9}
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
    """Both sides' answers to all trials so far."""

    names: list[str] = field(default_factory=list)
    real: list[bool] = field(default_factory=list)
    expected: list[FloatArray] = field(default_factory=list)
    answered: list[FloatArray] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    batches: set[int] = field(default_factory=set)
    sizes: set[tuple[int, int]] = field(default_factory=set)

    def add(self, trial: Trial, expected: FloatArray, answered: FloatArray, labels: tuple[str, ...]) -> None:
        """Take in one call."""
        self.names += trial.names
        self.real += [trial.real] * len(trial.names)
        self.expected.append(expected)
        self.answered.append(answered)
        self.labels += labels
        self.batches.add(len(trial.names))


def check(model: Model, artefact: OnnxModel, dataset: Dataset | None, tick: Tick = lambda samples: None) -> Parity:
    """Run ``artefact`` beside ``model`` on real and awkward samples; ``tick`` hears how many are done.

    Raises:
        ParityError: they disagree; the message says on which samples and by how much.
    """
    said = _Answers()
    one: Feeds | None = None
    with ThreadPoolExecutor(1) as beside:  # both sides at once take little more than half the time
        for trial in make_trials(model.task, dataset):
            expected = beside.submit(_ask, model, trial.samples)
            feeds = artefact.feeds(trial.samples)
            one = one or feeds
            answered, labels = artefact.run(feeds)
            said.add(trial, expected.result(), answered, labels)
            if model.task.modality is Modality.IMAGE:
                said.sizes.add(feeds[IMAGE].shape[1:3])
            tick(len(said.names))
    assert one is not None
    return _compare(model.task, said, _milliseconds(artefact, one))


def _ask(model: Model, samples: Samples) -> FloatArray:
    with np.errstate(over="ignore", invalid="ignore"):  # awkward numbers may well be too much for a model
        return model.predict(samples)


def _compare(task: Task, said: _Answers, milliseconds: float) -> Parity:
    expected, answered = np.concatenate(said.expected), np.concatenate(said.answered)
    classes = task.kind is Kind.MULTICLASS
    tolerance = PROBABILITY_TOLERANCE if classes else NUMBER_TOLERANCE[task.modality]
    apart = _apart(expected, answered, None if classes else _usual(expected))
    same, tied = _labels(task, expected, said.labels, tolerance) if classes else (np.ones(len(apart), np.bool_),) * 2
    wrong = (apart > tolerance) | ~(same | tied)
    if wrong.any():
        raise ParityError(_disagreement(said.names, apart, wrong, tolerance))
    return Parity(
        samples=len(apart),
        real_samples=sum(said.real),
        difference=float(apart.max()),
        difference_in="probability" if classes else "share of the number",
        tolerance=tolerance,
        agreement=float(same.mean()),
        ties=int((tied & ~same).sum()),
        batches=tuple(sorted(said.batches)),
        sizes=tuple(f"{height}x{width}" for height, width in sorted(said.sizes)),
        milliseconds=milliseconds,
    )


def _usual(numbers: FloatArray) -> float:
    """Return the usual size of a prediction, 1 where that is 0."""
    finite = np.abs(numbers[np.isfinite(numbers)])
    return float(np.median(finite)) or 1.0 if finite.size else 1.0


def _apart(expected: FloatArray, answered: FloatArray, usual: float | None) -> FloatArray:
    """Return each sample's difference [n]; equal infinities are not apart, a NaN is infinitely."""
    with np.errstate(invalid="ignore"):
        apart = np.where(expected == answered, 0.0, np.abs(expected - answered))
        if usual is not None:
            apart = apart / np.maximum(usual, np.maximum(np.abs(expected), np.abs(answered)))
    apart = np.where(np.isinf(expected) & (expected == answered), 0.0, apart)
    worst: FloatArray = np.where(np.isnan(apart), np.inf, apart).max(axis=1)
    return worst


def _labels(task: Task, expected: FloatArray, labels: list[str], tolerance: float) -> tuple[BoolArray, BoolArray]:
    """Return which samples got the same label [n], and which one that was as likely within the tolerance [n]."""
    codes = {name: code for code, name in enumerate(task.classes)}
    given = np.array([codes.get(label, -1) for label in labels])
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
