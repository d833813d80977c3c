"""How long may it train? A few usual answers, and a field for any other."""

from __future__ import annotations

from engine.budget import parse_duration
from studio import wording
from studio.train.number_chooser import NumberChooser

USUAL_S = (60.0, 300.0, 600.0, 3600.0)
LEAST_S, MOST_S = 5.0, 7 * 24 * 3600.0


class DurationChooser(NumberChooser):
    """Emits ``changed`` whenever :attr:`seconds` does; that is None while the field holds no duration."""

    def __init__(self) -> None:
        usual = [(seconds, wording.duration(seconds), f"Train for {wording.duration(seconds)}") for seconds in USUAL_S]
        problem = f"A duration looks like 90s, 20m or 2h, from {wording.duration(LEAST_S)} to 168 h."
        super().__init__(usual, _read, "s", problem)
        self.custom.setPlaceholderText("or e.g. 20m")
        self.custom.setAccessibleName("Another duration")
        self.custom.setToolTip("90s, 20m or 2h")

    @property
    def seconds(self) -> float | None:
        """What is chosen, or None while the field holds no duration."""
        return self.number


def _read(typed: str) -> float:
    seconds = parse_duration(typed)
    if not LEAST_S <= seconds <= MOST_S:
        raise ValueError("too short or too long")
    return seconds
