"""What a model says about one sample."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any

import numpy as np
import numpy.typing as npt

NAMED_FROM = 0.5  # a class that may stand beside others holds from this probability on


@dataclass(frozen=True)
class Answer:
    """The answer about one sample.

    Attributes:
        label: the most likely class; None where several classes may hold, or the answer is a number.
        labels: the classes that hold, where several may; else empty.
        number: the predicted number, None for classes.
        probabilities: of each class in the model's order; empty for a number.
    """

    label: str | None = None
    labels: tuple[str, ...] = ()
    number: float | None = None
    probabilities: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """Return plain JSON values, with the keys that make sense for the kind of answer; None for what is infinite."""
        if not self.probabilities:
            finite = self.number is not None and math.isfinite(self.number)
            return {"number": self.number if finite else None}
        shares = {name: share if math.isfinite(share) else None for name, share in self.probabilities.items()}
        if self.label is None:
            return {"labels": list(self.labels), "probabilities": shares}
        return {"label": self.label, "probabilities": shares}

    def sentence(self) -> str:
        """Return the answer as a person reads it."""
        if not self.probabilities:
            return f"{self.number:.6g}"
        if self.label is not None:
            return f"{self.label} ({self.probabilities[self.label]:.1%})"
        return ", ".join(f"{name} ({self.probabilities[name]:.1%})" for name in self.labels) or "none of the classes"


def answer_of(kind: str, classes: Sequence[str], values: npt.NDArray[np.float64], named: Any = None) -> Answer:
    """Return the answer that one row of outputs [classes] or [1] means.

    ``named`` is what the model itself names: a class, or whether each class holds; None to see it from ``values``.
    """
    if kind == "regression":
        return Answer(number=float(values[0]))
    shares = dict(zip(classes, values.tolist(), strict=True))
    if kind == "multilabel":
        holds = values >= NAMED_FROM if named is None else named
        return Answer(labels=tuple(compress(classes, holds)), probabilities=shares)
    return Answer(label=classes[int(values.argmax())] if named is None else str(named), probabilities=shares)
