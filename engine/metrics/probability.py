"""How far probabilities can be trusted."""

from __future__ import annotations

from functools import partial

import numpy as np

from engine.arrays import FloatArray
from engine.metrics.base import Metric, Scorer, mean

_LEAST = float(np.finfo(np.float64).eps)


def _prepare_log_loss(labels: FloatArray, predictions: FloatArray) -> Scorer:
    if labels.ndim == 2:
        of_each = np.where(labels > 0, predictions, 1.0 - predictions)
        return partial(mean, -np.log(np.clip(of_each, _LEAST, 1.0)).mean(axis=1))
    of_label = predictions[np.arange(len(labels)), labels.astype(np.int64)] / predictions.sum(axis=1)
    return partial(mean, -np.log(np.clip(of_label, _LEAST, 1.0)))


LOG_LOSS = Metric("log_loss", False, _prepare_log_loss)
"""The mean of -ln(probability of the right answer), in nats, probabilities no smaller than 2.2e-16.

Of several classes, each is a yes or no of its own, and their mean counts.
"""
