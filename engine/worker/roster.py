"""The learners of a run and how each has done so far; what policies are shown."""

from __future__ import annotations

from collections.abc import Sequence

from engine.curve import Point
from engine.modalities import Entry
from engine.run.journal import Replay
from engine.scheduler import Standing

STRIKES = 2  # a learner that failed this often is left alone


class Roster:
    """Standings in portfolio order, and the run's curve."""

    def __init__(self, entries: Sequence[Entry], before: Replay) -> None:
        self._entries = entries
        self._pasts = {entry.name: before.learner(entry.name) for entry in entries}
        self.curve: list[Point] = list(before.curve)

    def standings(self) -> list[Standing]:
        """Return a frozen standing for each learner."""
        return [
            Standing(
                name=entry.name,
                slices=past.slices,
                seconds=past.seconds,
                curve=tuple(past.curve),
                done=past.done or past.failures >= STRIKES,
                first_slice=entry.first_slice,
                share=past.share,
            )
            for entry in self._entries
            for past in [self._pasts[entry.name]]
        ]

    @property
    def has_scores(self) -> bool:
        """Whether any learner brought a candidate."""
        return any(past.curve for past in self._pasts.values())

    def worked(self, name: str, seconds: float, *, done: bool, share: float | None = None) -> None:
        """Note a slice. ``share`` of the learner's whole work is done; None leaves what was known."""
        past = self._pasts[name]
        past.slices, past.seconds, past.done = past.slices + 1, past.seconds + seconds, done
        past.share = past.share if share is None else share

    def failed(self, name: str) -> None:
        """Note a failed slice."""
        self._pasts[name].failures += 1

    def scored(self, name: str, score: float) -> None:
        """Note a candidate's own score."""
        past = self._pasts[name]
        past.curve.append((past.seconds, score))

    def point(self, point: Point) -> None:
        """Note a point of the run's curve."""
        self.curve.append(point)
