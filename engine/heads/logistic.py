"""How sure a score makes us that a class is there: a logistic curve through scores and truths.

Platt scaling (Platt, 1999) by Newton's method with halved steps (Lin, Lin and Weng, 2007).
"""

from __future__ import annotations

import numpy as np

from engine.arrays import FloatArray
from engine.heads.answer import sigmoid

_STEPS = 50
_HALVINGS = 12
_ENOUGH = 1e-9
_RIDGE = 1e-10


def fit_curve(scores: FloatArray, truths: FloatArray) -> tuple[float, float]:
    """Return the slope and the shift of which ``sigmoid(slope * scores + shift)`` has the least log-loss.

    ``scores`` [n], ``truths`` [n] of 0 and 1. The truths are smoothed by one sample of each kind, so that scores that
    part them without fault do not give endless slopes.
    """
    there = float(truths.sum())
    absent = len(truths) - there
    wanted: FloatArray = np.where(truths > 0, (there + 1.0) / (there + 2.0), 1.0 / (absent + 2.0))
    design = np.stack([scores, np.ones_like(scores)], axis=1)
    line: FloatArray = np.array([0.0, np.log((there + 1.0) / (absent + 1.0))])
    loss = _loss(design @ line, wanted)
    for _ in range(_STEPS):
        chances = sigmoid(design @ line)
        slope = design.T @ (chances - wanted)
        curvature = (design * (chances * (1.0 - chances))[:, None]).T @ design + _RIDGE * np.eye(2)
        step = np.linalg.solve(curvature, slope).astype(np.float64)
        moved, least = _halved(design, wanted, line, step)
        if loss - least < _ENOUGH * max(1.0, loss):
            break
        line, loss = moved, least
    return float(line[0]), float(line[1])


def _halved(design: FloatArray, wanted: FloatArray, line: FloatArray, step: FloatArray) -> tuple[FloatArray, float]:
    """Return the first of the full step, its half, its quarter and so on that lowers the loss, and its loss."""
    start = _loss(design @ line, wanted)
    for halvings in range(_HALVINGS):
        moved: FloatArray = line - step / 2.0**halvings
        loss = _loss(design @ moved, wanted)
        if loss < start:
            return moved, loss
    return line, start


def _loss(scores: FloatArray, wanted: FloatArray) -> float:
    return float((np.logaddexp(0.0, scores) - wanted * scores).sum())
