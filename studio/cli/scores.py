"""Numbers in words: a metric's name, a score with its interval."""

from __future__ import annotations

from collections.abc import Sequence

from studio.wording import amount, of_100

NAMES = {
    "nauc": "NAUC",
    "accuracy": "accuracy",
    "macro_f1": "macro-F1",
    "log_loss": "log-loss",
    "r2": "R²",
    "rmse": "RMSE",
}


def metric_name(metric: str) -> str:
    """Return a metric as it is written.

    >>> metric_name("r2")
    'R²'
    """
    return NAMES.get(metric, metric)


def score(metric: str, value: float, interval: Sequence[float] | None) -> str:
    """Return a score with its uncertainty.

    >>> score("nauc", 0.91234, [0.89, 0.9301])
    'NAUC 0.912 (between 0.89 and 0.93)'
    """
    text = f"{metric_name(metric)} {amount(value)}"
    return f"{text} (between {amount(interval[0])} and {amount(interval[1])})" if interval else text


def right(accuracy: float, total: int) -> str:
    """Return an accuracy on ``total`` samples as a person says it, with the interval that so few samples allow.

    >>> right(0.941, 84)
    'right on 94 of 100 (between 87 and 97)'
    """
    from engine.results.figures import share_interval

    low, high = share_interval(accuracy, total)
    return f"right on {of_100(accuracy)} of 100 (between {of_100(low)} and {of_100(high)})"
