"""Metrics: pure functions of labels and predictions, each with its interval. NumPy alone."""

from engine.metrics.base import Metric
from engine.metrics.bootstrap import Interval, bootstrap, intervals, replicates
from engine.metrics.registry import METRICS, OF_KIND, all_scores, score

__all__ = ["METRICS", "OF_KIND", "Interval", "Metric", "all_scores", "bootstrap", "intervals", "replicates", "score"]
