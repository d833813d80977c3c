"""The outside scorer: reads prediction files and true labels, and shares no code with what it judges."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import accuracy_score, roc_auc_score

HORIZON_S = 1200.0
T0_S = 60.0


@dataclass(frozen=True)
class Scores:
    """How good one file of predictions is."""

    accuracy: float
    nauc: float
    samples: int


@dataclass(frozen=True)
class Moment:
    """A point of the curve: seconds of active time, and the scores of what was served from then on."""

    seconds: float
    scores: Scores


def true_labels(data: Path, target: str | None) -> dict[str, str]:
    """Return each sample's label by its id: the folder of a picture, or the target of a row numbered from 0."""
    if target is None:
        return {str(file.relative_to(data)): file.parent.name for file in data.rglob("*") if file.is_file()}
    with data.open(newline="", encoding="utf-8") as lines:
        return {str(number): row[target] for number, row in enumerate(csv.DictReader(lines))}


def score_file(predictions: Path, truth: dict[str, str]) -> Scores:
    """Score one CSV of ``id``, ``prediction`` and a probability a class.

    Raises:
        ValueError: a sample is missing, named twice or unknown, or probabilities are not probabilities.
    """
    with predictions.open(newline="", encoding="utf-8") as lines:
        reader = csv.reader(lines)
        header, rows = next(reader), list(reader)
    if header[:2] != ["id", "prediction"] or sorted(row[0] for row in rows) != sorted(truth):
        raise ValueError(f"{predictions.name} does not answer for just the {len(truth)} samples asked.")
    probabilities = np.array([[float(value) for value in row[2:]] for row in rows])
    if not np.allclose(probabilities.sum(axis=1), 1, atol=1e-6) or probabilities.min() < 0:
        raise ValueError(f"{predictions.name} holds numbers that are no probabilities.")
    labels = np.array([truth[row[0]] for row in rows])
    said = np.array([row[1] for row in rows])
    if not np.array_equal(said, np.array(header[2:])[probabilities.argmax(axis=1)]):
        raise ValueError(f"{predictions.name} says one class and gives another the highest probability.")
    aucs = [
        float(roc_auc_score(labels == name, probabilities[:, column]))
        for column, name in enumerate(header[2:])
        if 0 < (labels == name).sum() < len(labels)
    ]
    nauc = 2 * sum(aucs) / len(aucs) - 1 if aucs else 0.0
    return Scores(float(accuracy_score(labels, said)), nauc, len(labels))


def score_curve(folder: Path, truth: dict[str, str]) -> list[Moment]:
    """Score every ``<milliseconds>.csv`` of a folder, in the order of time."""
    files = sorted(folder.glob("*.csv"), key=lambda file: int(file.stem))
    return [Moment(int(file.stem) / 1000, score_file(file, truth)) for file in files]


def area(moments: list[Moment]) -> float:
    """Return the ALC of NAUC: each point's score times the share of log time (t0 = 60 s) until the next, to 1200 s."""
    edges = [math.log(1 + min(moment.seconds, HORIZON_S) / T0_S) for moment in moments]
    edges.append(math.log(1 + HORIZON_S / T0_S))
    widths = np.diff(edges) / edges[-1]
    return float(sum(width * moment.scores.nauc for width, moment in zip(widths, moments, strict=True)))
