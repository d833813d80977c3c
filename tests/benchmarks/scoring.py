"""The outside scorer: reads prediction files and true labels, and shares no code with what it judges."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import accuracy_score, r2_score, roc_auc_score

from tests.benchmarks.parts import names_of

T0_S = 60.0
LONG_S = 1200.0  # the horizon of the AutoDL challenge

Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]


@dataclass(frozen=True)
class Truth:
    """The true labels by id, as the data writes them, and the kind of answer they are."""

    kind: str
    labels: dict[str, str]


@dataclass(frozen=True)
class Scores:
    """How good one file of predictions is, by metric; ``constant`` is the same answer for all, so no model yet."""

    metrics: dict[str, float]
    constant: bool


@dataclass(frozen=True)
class Moment:
    """A point of the curve: seconds since the start of the command, and the scores of what was served from then on."""

    seconds: float
    scores: Scores


def score_file(predictions: Path, truth: Truth) -> Scores:
    """Score one CSV of ``id``, ``prediction`` and, for classes, a probability a class.

    Raises:
        ValueError: a sample is missing, named twice or unknown, or probabilities are not probabilities.
    """
    with predictions.open(newline="", encoding="utf-8") as lines:
        reader = csv.reader(lines)
        header, rows = next(reader), list(reader)
    if header[:2] != ["id", "prediction"] or sorted(row[0] for row in rows) != sorted(truth.labels):
        raise ValueError(f"{predictions.name} does not answer for just the {len(truth.labels)} samples asked.")
    labels, said = [truth.labels[row[0]] for row in rows], [row[1] for row in rows]
    if truth.kind == "regression":
        return _score_numbers(labels, said)
    classes = header[2:]
    probabilities = np.array([[float(value) for value in row[2:]] for row in rows])
    if not np.isfinite(probabilities).all() or probabilities.min() < 0 or probabilities.max() > 1 + 1e-6:
        raise ValueError(f"{predictions.name} holds numbers that are no probabilities.")
    constant = bool(np.ptp(probabilities, axis=0).max() == 0)
    if truth.kind == "multilabel":
        return Scores(_several(labels, said, classes, probabilities), constant)
    if not np.allclose(probabilities.sum(axis=1), 1, atol=1e-6):
        raise ValueError(f"{predictions.name} holds numbers that are no probabilities.")
    if said != [classes[best] for best in probabilities.argmax(axis=1)]:
        raise ValueError(f"{predictions.name} says one class and gives another the highest probability.")
    hits = np.array([[label == name for name in classes] for label in labels])
    return Scores({"nauc": nauc(hits, probabilities), "accuracy": float(accuracy_score(labels, said))}, constant)


def _score_numbers(labels: Sequence[str], said: Sequence[str]) -> Scores:
    true, answers = np.array(labels, dtype=float), np.array(said, dtype=float)
    figures = {"r2": float(r2_score(true, answers)), "mae": float(np.abs(true - answers).mean())}
    return Scores(figures, bool(np.ptp(answers) == 0))


def _several(labels: Sequence[str], said: Sequence[str], classes: list[str], probabilities: Matrix) -> dict[str, float]:
    true, answers = [names_of(label) for label in labels], [names_of(cell) for cell in said]
    hits = np.array([[name in names for name in classes] for names in true])
    exact = np.mean([mine == theirs for mine, theirs in zip(true, answers, strict=True)])
    return {"nauc": nauc(hits, probabilities), "exact": float(exact)}


def nauc(hits: np.ndarray[tuple[int, int], np.dtype[np.bool_]], probabilities: Matrix) -> float:
    """Return 2 AUC - 1, the plain mean over the classes that some samples [n, K] have and others lack; 0 for none."""
    mixed = [column for column in range(hits.shape[1]) if 0 < hits[:, column].sum() < len(hits)]
    aucs = [float(roc_auc_score(hits[:, column], probabilities[:, column])) for column in mixed]
    return 2 * sum(aucs) / len(aucs) - 1 if aucs else 0.0


def score_curve(folder: Path, truth: Truth, started: float) -> list[Moment]:
    """Score every ``<milliseconds>.csv`` of a folder, each at the moment its file was written after ``started``."""
    files = sorted(folder.glob("*.csv"), key=lambda file: int(file.stem))
    return [Moment(file.stat().st_mtime - started, score_file(file, truth)) for file in files]


def first_model(moments: Sequence[Moment]) -> float | None:
    """Return when there were first answers that differ between samples; None when there never were."""
    return next((moment.seconds for moment in moments if not moment.scores.constant), None)


def area(moments: Sequence[Moment], metric: str, total_s: float) -> float:
    """Return the ALC: each point's score times the share of log time (t0 = 60 s) until the next, to ``total_s``.

    The score is 0 before the first point; points after the end do not count.
    """
    inside = [moment for moment in moments if moment.seconds <= total_s]
    edges = [math.log1p(moment.seconds / T0_S) for moment in inside] + [math.log1p(total_s / T0_S)]
    widths = np.diff(edges) / edges[-1]
    return float(sum(width * moment.scores.metrics[metric] for width, moment in zip(widths, inside, strict=True)))
