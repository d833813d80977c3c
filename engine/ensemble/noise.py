"""Whether a difference between two predictions is more than the noise of the samples it was seen on.

With fewer than 1,000 samples a gain must exceed one standard error of the difference, of paired bootstrap resamples
(engine-spec 7.4).
"""

from __future__ import annotations

import numpy as np

from engine.arrays import BoolArray, FloatArray
from engine.metrics import METRICS, replicates, score
from engine.task import Kind, Task

NOISY_BELOW = 1000
WIDER = 1.2  # times as many samples are clearly more
FEWEST_SHARED = 20  # samples that two must have in common to be compared on them alone


def checked(predictions: FloatArray) -> BoolArray:
    """Return the rows that have a prediction."""
    finite: BoolArray = np.logical_and.reduce(np.isfinite(predictions), axis=1)
    return finite


def better(task: Task, labels: FloatArray, new: FloatArray, old: FloatArray) -> bool:
    """Return whether ``new`` [n, outputs] deserves to replace ``old`` as what is served.

    Classes that are told apart about equally well may still come with better probabilities: log-loss breaks the tie.
    So does having been checked on clearly more samples: who was has learned from more of them, or consists of more
    networks, each checked on its own. That counts unless it is worse by more than the noise, however many samples.
    """
    rows = checked(new) & checked(old)
    wider = int(checked(new).sum()) >= WIDER * int(checked(old).sum())
    if not rows.any():
        return wider
    noisy = len(labels) + 1 if wider else NOISY_BELOW
    verdict = _compared(task, labels[rows], new[rows], old[rows], noisy, wider=wider)
    return verdict > 0


def surely_better(task: Task, labels: FloatArray, new: FloatArray, old: FloatArray) -> bool:
    """Return whether ``new`` is better than ``old`` by more than the noise, on however many rows both have."""
    rows = checked(new) & checked(old)
    return bool(rows.any()) and _compared(task, labels[rows], new[rows], old[rows], len(labels) + 1, wider=False) > 0


def gain(task: Task, labels: FloatArray, new: FloatArray, old: FloatArray) -> tuple[float, float]:
    """Return by how much ``new`` is better on the rows that both have, and the noise of that, on however many.

    Raises:
        ValueError: there is no such row.
    """
    rows = checked(new) & checked(old)
    return _gain(task.metric, labels[rows], new[rows], old[rows], len(labels) + 1)


def _compared(task: Task, labels: FloatArray, new: FloatArray, old: FloatArray, noisy: int, *, wider: bool) -> int:
    """Return 1 when ``new`` is better, -1 when worse, 0 when nothing tells them apart."""
    for metric in (task.metric, *(() if wider or task.kind is Kind.REGRESSION else ("log_loss",))):
        more, noise = _gain(metric, labels, new, old, noisy)
        if abs(more) > noise:
            return 1 if more > 0 else -1
    return int(wider)


def _gain(metric: str, labels: FloatArray, new: FloatArray, old: FloatArray, noisy: int) -> tuple[float, float]:
    """Return by how much ``new`` is better, and the noise it has to beat when there are fewer than ``noisy`` rows."""
    sign = 1.0 if METRICS[metric].higher_is_better else -1.0
    more = sign * (score(metric, labels, new) - score(metric, labels, old))
    if len(labels) >= noisy:
        return more, 0.0
    difference = replicates(metric, labels, new) - replicates(metric, labels, old)
    return more, float(np.std(difference))
