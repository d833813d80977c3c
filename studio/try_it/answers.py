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
LEAST_LEAD = 0.15  # over the second class; of several, of a class over not having it
NONE_HOLDS = "None of the classes"
_LOOK = "Look yourself; an example like this one, labelled, would help the model."


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. ``shares`` has every class, likeliest first, and is empty for a number and for an error.

    Where a sample may have several classes, ``said`` has those that hold, and each class is sure or not by itself.
    """

    said: str | tuple[str, ...] | float | None
    shares: tuple[tuple[str, float], ...] = ()
    error: str = ""

    @property
    def unsure(self) -> bool:
        """Whether the best class is too unlikely, or too close to the second, to be believed; of several, any."""
        if not self.shares:
            return False
        if isinstance(self.said, tuple):
            return bool(self._doubted)
        best = self.shares[0][1]
        second = self.shares[1][1] if len(self.shares) > 1 else 0.0
        return best < LEAST_SURE or best - second < LEAST_LEAD

    @property
    def _doubted(self) -> list[str]:
        return [name for name, share in self.shares if abs(share - (1.0 - share)) < LEAST_LEAD]

    @property
    def standing(self) -> int:
        """How many classes, from the likeliest on, are to be believed."""
        if isinstance(self.said, tuple):
            return len(self.said)
        return int(bool(self.shares) and not self.unsure)

    @property
    def sureness(self) -> float:
        """How likely the answer is; of several classes, the one that is least sure to be in or out."""
        if isinstance(self.said, tuple):
            return min(max(share, 1.0 - share) for _, share in self.shares)
        return self.shares[0][1]

    @property
    def title(self) -> str:
        """The answer in a few words."""
        if self.error:
            return "No answer"
        if isinstance(self.said, float):
            return wording.amount(self.said, 4)
        if isinstance(self.said, tuple):
            return ", ".join(self.said) or NONE_HOLDS
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
        if isinstance(self.said, tuple) and self.unsure:
            return f"Not sure about {wording.listing(self._doubted)}. {_LOOK}"
        if self.unsure:
            return f"Nothing stands out. {_LOOK}"
        return f"{wording.of_100(self.sureness)}% sure"


def read_answer(told: Mapping[str, Any]) -> Answer:
    """Return an answer as the predictor process gives it."""
    if "error" in told:
        return Answer(None, error=str(told["error"]))
    if "probabilities" not in told:
        return Answer(float(told["prediction"]))
    shares = sorted(told["probabilities"].items(), key=lambda share: -share[1])
    said = tuple(str(name) for name in told["labels"]) if "labels" in told else str(told["prediction"])
    return Answer(said, tuple((str(name), float(share)) for name, share in shares))


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
