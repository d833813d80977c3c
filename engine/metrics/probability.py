"""How far probabilities can be trusted."""

from __future__ import annotations

from functools import partial

import numpy as np

from engine.arrays import FloatArray
from engine.metrics.base import Metric, Scorer, mean

_LEAST = float(np.finfo(np.float64).eps)


def _prepare_log_loss(labels: FloatArray, predictions: FloatArray) -> Scorer:
    of_label = predictions[np.arange(len(labels)), labels.astype(np.int64)] / predictions.sum(axis=1)
    return partial(mean, -np.log(np.clip(of_label, _LEAST, 1.0)))


LOG_LOSS = Metric("log_loss", False, _prepare_log_loss)
"""The mean of -ln(probability of the right class), in nats, probabilities no smaller than 2.2e-16."""
