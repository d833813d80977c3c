"""What a run's journal tells: when it ran and with what, each improvement, each learner's time, what went wrong."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.events import Event
from engine.results.figures import share_interval
from engine.run.tail import EventTail
from exporters.report.outcome import finite


@dataclass(frozen=True, slots=True)
class Improvement:
    """A model that was put to use: when, by which learner, its score and interval, and how many were right."""

    moment: float
    learner: str
    score: float
    interval: tuple[float, float]
    accuracy: float | None
    checked: int

    @property
    def accuracy_interval(self) -> tuple[float, float]:
        """Wilson's interval of the accuracy; all that is possible where there is none."""
        return (0.0, 1.0) if self.accuracy is None else share_interval(self.accuracy, self.checked)


@dataclass
class Work:
    """What a learner did: slices, seconds, and how often one failed."""

    slices: int = 0
    seconds: float = 0.0
    failures: int = 0


@dataclass
class History:
    """The fold of the events. ``damaged`` counts lines that say nothing; times are in unix seconds."""

    began: float | None = None
    ended: float | None = None
    device: str = ""
    active_s: float = 0.0
    peak_mb: float = 0.0
    sittings: int = 0
    improvements: list[Improvement] = field(default_factory=list)
    learners: dict[str, Work] = field(default_factory=dict)
    failures: list[tuple[str, str]] = field(default_factory=list)
    damaged: int = 0

    def take(self, event: Event) -> None:
        """Take in one event; one whose fields are missing, endless or of another type counts as damaged."""
        if not (math.isfinite(event.time) and math.isfinite(event.active_s)):
            self.damaged += 1
            return
        self.began = event.time if self.began is None else self.began
        self.ended = event.time
        self.active_s = max(self.active_s, event.active_s)
        handler = _HANDLERS.get(event.type)
        try:
            if handler is not None:
                handler(self, event)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            self.damaged += 1

    def _work(self, name: object) -> Work:
        return self.learners.setdefault(str(name), Work())

    def _started(self, event: Event) -> None:
        self.device = str(event.data["device"])
        self.sittings += 1

    def _heartbeat(self, event: Event) -> None:
        self.peak_mb = max(self.peak_mb, finite(event.data.get("memory_mb") or 0.0))

    def _slice(self, event: Event) -> None:
        seconds = finite(event.data["seconds"])
        work = self._work(event.data["learner"])
        work.slices, work.seconds = work.slices + 1, work.seconds + seconds

    def _point(self, event: Event) -> None:
        data: Mapping[str, Any] = event.data
        low, high = data["interval"]
        accuracy = data["metrics"].get("accuracy")
        self.improvements.append(
            Improvement(
                event.active_s,
                str(data["learner"]),
                finite(data["score"]),
                (finite(low), finite(high)),
                None if accuracy is None else finite(accuracy),
                int(data["checked"]),
            )
        )

    def _failed(self, event: Event) -> None:
        name = str(event.data["learner"])
        self._work(name).failures += 1
        self.failures.append(
            (name, str(event.data.get("message") or event.data.get("reason") or "no reason was given"))
        )


_HANDLERS: dict[str, Callable[[History, Event], None]] = {
    "started": History._started,
    "heartbeat": History._heartbeat,
    "slice": History._slice,
    "point": History._point,
    "failed": History._failed,
}


def read_history(path: Path) -> History | None:
    """Return what a journal tells; None where there is none or nothing in it can be read."""
    try:
        lines = sum(1 for line in path.read_bytes().split(b"\n") if line.strip())
        events = EventTail(path).poll()
    except (OSError, OverflowError, RecursionError):
        return None
    history = History(damaged=max(0, lines - len(events)))
    for event in events:
        history.take(event)
    return history if events else None
