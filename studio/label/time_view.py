"""Which stretch of a sound is in sight, and where each moment of it lies. No widgets."""

from __future__ import annotations

from collections.abc import Iterator

_STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
_LEAST_STEP_PX = 76
_FINEST_S = 0.0002  # a pixel
_MARGIN = 0.1


class TimeView:
    """``start`` and ``span`` in seconds of what is in sight, ``width`` in pixels."""

    def __init__(self) -> None:
        self.seconds, self.start, self.span, self.width = 1.0, 0.0, 1.0, 1

    def show(self, seconds: float) -> None:
        """Begin with a sound of this length, all of it in sight."""
        self.seconds = max(seconds, 1e-3)
        self.fit()

    def fit(self) -> None:
        """Bring all of it into sight."""
        self.start, self.span = 0.0, self.seconds

    def resize(self, width: int) -> None:
        """Take note of how wide it is on the screen."""
        self.width = max(1, width)
        self._keep()

    @property
    def end(self) -> float:
        """The last moment in sight."""
        return self.start + self.span

    def x(self, moment: float) -> float:
        """Return where a moment lies."""
        return (moment - self.start) / self.span * self.width

    def moment(self, x: float) -> float:
        """Return which moment lies there."""
        return self.start + x / self.width * self.span

    def zoom(self, factor: float, at: float) -> None:
        """Show less of it, larger, for a factor above 1; the moment ``at`` stays where it is."""
        share = (at - self.start) / self.span
        self.span /= factor
        self._keep()
        self.start = at - share * self.span
        self._keep()

    def move(self, by: float) -> None:
        """Go on by some seconds."""
        self.start += by
        self._keep()

    def bring(self, start: float, end: float | None = None) -> bool:
        """Bring a moment, or a stretch, into sight; return whether it was not."""
        last = start if end is None else end
        if self.start <= start and last <= self.end:
            return False
        self.start = start - _MARGIN * self.span
        self._keep()
        return True

    def ticks(self) -> Iterator[tuple[float, str]]:
        """Yield moments to write on the axis, and what is written there."""
        least = _LEAST_STEP_PX * self.span / self.width
        step = next((step for step in _STEPS if step >= least), _STEPS[-1])
        number = int(self.start / step)
        while number * step <= self.end:
            if number * step >= self.start:
                yield number * step, clock(number * step, step)
            number += 1

    def _keep(self) -> None:
        self.span = min(max(self.span, min(self.seconds, _FINEST_S * self.width)), self.seconds)
        self.start = min(max(self.start, 0.0), self.seconds - self.span)


def clock(moment: float, step: float = 0.001) -> str:
    """Return a moment as it is read on a clock, as finely as ``step`` asks.

    >>> clock(83.25), clock(83.0, 1), clock(3723.0, 60), clock(0.5, 0.1)
    ('1:23.250', '1:23', '1:02:03', '0:00.5')
    """
    decimals = 0 if step >= 1 else 1 if step >= 0.1 else 2 if step >= 0.01 else 3
    whole = round(moment, decimals)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(int(minutes), 60)
    seconds = f"{rest:0{3 + decimals if decimals else 2}.{decimals}f}"
    return f"{hours}:{minutes:02}:{seconds}" if hours else f"{minutes}:{seconds}"


def seconds_of(words: str) -> float | None:
    """Return the moment that somebody typed: ``83.25``, ``1:23.25`` or ``1:02:03``; None where it is none.

    >>> seconds_of("83.25"), seconds_of("1:23,25"), seconds_of("1:02:03"), seconds_of("soon"), seconds_of("1:-2")
    (83.25, 83.25, 3723.0, None, None)
    """
    total = 0.0
    parts = words.strip().replace(",", ".").split(":")
    if len(parts) > 3:
        return None
    for part in parts:
        if not part.strip().replace(".", "", 1).isdecimal():
            return None
        total = 60 * total + float(part)
    return total
