"""How quick must an answer be? Any time, a few usual limits, and a field for any other."""

from __future__ import annotations

import math

from engine.budget import parse_milliseconds
from studio.train.number_chooser import NumberChooser

USUAL_MS = (100.0, 30.0)


class LatencyChooser(NumberChooser):
    """Emits ``changed`` when the person changes the limit."""

    def __init__(self) -> None:
        limits = [(limit, f"{limit:g} ms", f"Answers within {limit:g} ms") for limit in USUAL_MS]
        usual = [(math.inf, "Any time", "Answers may take any time"), *limits]
        problem = "The time for an answer is a number of milliseconds above 0, like 20."
        super().__init__(usual, parse_milliseconds, " ms", problem, empty=math.inf)
        self.custom.setPlaceholderText("or e.g. 20 ms")
        self.custom.setAccessibleName("Another number of milliseconds")
        self.custom.setToolTip("Milliseconds, like 20 or 0.5")

    @property
    def valid(self) -> bool:
        """Whether the field, where it is used, holds a limit."""
        return self.number is not None

    @property
    def limit_ms(self) -> float | None:
        """The most that an answer may take, None for any time."""
        return self.number if self.number != math.inf else None

    def limit(self, most_ms: float | None) -> None:
        """Choose a limit, None for any time."""
        self.choose(math.inf if most_ms is None else most_ms)
