"""What the model said about one thing, and whether it is sure enough to be believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.arrays import FloatArray
from engine.task import Kind, Task
from studio import wording

LEAST_SURE = 0.5
LEAST_LEAD = 0.15


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. ``shares`` has every class, likeliest first, and is empty for a number and for an error."""

    said: str | float | None
    shares: tuple[tuple[str, float], ...] = ()
    error: str = ""

    @property
    def unsure(self) -> bool:
        """Whether the best class is too unlikely, or too close to the second, to be believed."""
        if not self.shares:
            return False
        best = self.shares[0][1]
        second = self.shares[1][1] if len(self.shares) > 1 else 0.0
        return best < LEAST_SURE or best - second < LEAST_LEAD

    @property
    def title(self) -> str:
        """The answer in a few words."""
        if self.error:
            return "No answer"
        if isinstance(self.said, float):
            return wording.amount(self.said, 4)
        if self.unsure:
            return f"Not sure: {self.shares[0][0]} or {self.shares[1][0]}"
        return str(self.said)

    @property
    def remark(self) -> str:
        """What else should be known about it, as a sentence."""
        if self.error:
            return self.error
        if not self.shares:
            return ""
        if self.unsure:
            return "Nothing stands out. Look yourself; an example like this one, labelled, would help the model."
        return f"{wording.of_100(self.shares[0][1])}% sure"


def read_answer(told: Mapping[str, Any]) -> Answer:
    """Return an answer as the predictor process gives it."""
    if "error" in told:
        return Answer(None, error=str(told["error"]))
    if "probabilities" not in told:
        return Answer(float(told["prediction"]))
    shares = sorted(told["probabilities"].items(), key=lambda share: -share[1])
    return Answer(str(told["prediction"]), tuple((str(name), float(share)) for name, share in shares))


def as_predictions(answers: Sequence[Answer], task: Task) -> FloatArray:
    """Return [n, outputs] predictions in the task's order of classes; NaN rows where there is no answer."""
    values = np.full((len(answers), task.outputs), np.nan)
    for row, answer in enumerate(answers):
        if task.kind is Kind.REGRESSION and isinstance(answer.said, float):
            values[row, 0] = answer.said
        elif answer.shares:
            shares = dict(answer.shares)
            values[row] = [shares[name] for name in task.classes]
    return values
