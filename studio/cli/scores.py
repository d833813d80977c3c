"""Numbers in words: a metric's name, a score with its interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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


def right(accuracy: Mapping[str, Any]) -> str:
    """Return an accuracy ``{value, low, high}`` as a person says it.

    >>> right({"value": 0.941, "low": 0.9, "high": 0.97})
    'right on 94 of 100 (between 90 and 97)'
    """
    shares = [of_100(float(accuracy[key])) for key in ("value", "low", "high")]
    return f"right on {shares[0]} of 100 (between {shares[1]} and {shares[2]})"
