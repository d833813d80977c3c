"""The weights that a network had at its checks, averaged where that is better (greedy soup: Wortsman et al., 2022).

A network that learns past its best is often better half-way back than at either moment, and still only one network.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from torch import Tensor

_PREFIX = "soup:"


class Soup:
    """Collects weights until the last check, then tries mixtures: the best, and with it each next one that helps."""

    def __init__(self) -> None:
        self._errors: list[float] = []
        self._weights: list[dict[str, Tensor]] = []
        self._mixed: list[int] = []
        self._tried, self._least = 0, math.inf

    def heard(self, error: float, weights: Mapping[str, Tensor], last: bool) -> dict[str, Tensor] | None:
        """Take in the error of the weights that were checked; return a mixture to be checked next, None for none.

        ``last`` says that the network learns no further, so that mixtures begin with this check.
        """
        if self._mixed:
            if error < self._least:
                self._mixed.append(self._next)
                self._least = error
        else:
            self._errors.append(error)
            self._weights.append({name: value.detach().cpu().clone() for name, value in weights.items()})
            if not last:
                return None
            self._mixed, self._least = [int(np.argmin(self._errors))], min(self._errors)
        self._tried += 1
        return self._mean([*self._mixed, self._next]) if self._tried < len(self._errors) else None

    @property
    def _next(self) -> int:
        return int(np.argsort(self._errors, kind="stable")[self._tried])

    def _mean(self, chosen: list[int]) -> dict[str, Tensor]:
        first, *others = (self._weights[place] for place in chosen)
        total = {name: value.clone() for name, value in first.items()}
        for other in others:
            for name, value in total.items():
                value += other[name]
        return {name: value / len(chosen) for name, value in total.items()}

    def tensors(self) -> dict[str, Tensor]:
        """Return the weights that :meth:`restore` needs, by name."""
        kept = enumerate(self._weights)
        return {f"{_PREFIX}{place}:{name}": value for place, mine in kept for name, value in mine.items()}

    def numbers(self) -> dict[str, Any]:
        """Return the rest that :meth:`restore` needs, in JSON values."""
        least = self._least if self._mixed else None
        return {"errors": self._errors, "mixed": self._mixed, "tried": self._tried, "least": least}

    def restore(self, tensors: Mapping[str, Tensor], numbers: Mapping[str, Any]) -> None:
        """Go on from :meth:`tensors` and :meth:`numbers`."""
        self._errors = [float(error) for error in numbers["errors"]]
        self._mixed, self._tried = [int(place) for place in numbers["mixed"]], int(numbers["tried"])
        self._least = math.inf if numbers["least"] is None else float(numbers["least"])
        marks = [f"{_PREFIX}{place}:" for place in range(len(self._errors))]
        self._weights = [
            {name.removeprefix(mark): value.clone() for name, value in tensors.items() if name.startswith(mark)}
            for mark in marks
        ]
