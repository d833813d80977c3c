"""The answers of one candidate on the samples that learners never see, made in pieces between looks at the clock."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping

import numpy as np

from engine.arrays import FloatArray
from engine.budget import Deadline, awake
from engine.memory import short_of_memory
from engine.model.member import Member
from engine.patience import Portion, first_size
from engine.samples import Samples

_MOST = 512  # rows of a piece where memory ran short once; a quarter of that each further time


class Answering:
    """Predicts ``parts`` with ``member``, piece by piece; pieces grow while they are quick.

    They shrink for lack of memory, and where samples take long to read. Each lack of memory that came before
    (``frugality``) makes the first piece smaller, and how far pieces grow. ``now`` is the clock. ``member`` may be
    taken away while nobody asks; what it has predicted stays.
    """

    def __init__(
        self, member: Member, parts: Mapping[str, Samples], frugality: int = 0, now: Callable[[], float] = awake
    ) -> None:
        self.member: Member | None = member
        self._parts = parts
        most = math.inf if frugality == 0 else max(1, _MOST // 4 ** (frugality - 1))
        self._portion = Portion(max(1, first_size(parts.values()) // 4**frugality), most, now)
        self._made: dict[str, list[FloatArray]] = {name: [] for name in parts}
        self._left_out: Collection[str] = ()

    def leave_out(self, parts: Collection[str]) -> None:
        """Predict no more of these parts: their answers are NaN."""
        self._left_out = parts

    def advance(self, deadline: Deadline) -> bool:
        """Predict until the deadline; return whether all is predicted."""
        for name, samples in self._wanted.items():
            made = self._made[name]
            position = sum(len(piece) for piece in made)
            if not position:
                self._portion.begin()
            while position < len(samples):
                if deadline.expired:
                    return False
                piece = self._next(samples, position)
                if piece is not None:
                    made.append(piece)
                    position += len(piece)
        return True

    @property
    def share(self) -> float:
        """How much of all is predicted."""
        made = sum(len(piece) for name in self._wanted for piece in self._made[name])
        return made / max(1, sum(len(samples) for samples in self._wanted.values()))

    def answers(self, outputs: int) -> dict[str, FloatArray]:
        """Return the finished arrays, [0, outputs] for a part without samples."""
        empty = np.zeros((0, outputs))
        made = {name: np.concatenate([empty, *self._made[name]]) for name in self._wanted}
        return made | {name: np.full((len(self._parts[name]), outputs), np.nan) for name in self._left_out}

    @property
    def _wanted(self) -> dict[str, Samples]:
        return {name: samples for name, samples in self._parts.items() if name not in self._left_out}

    def _next(self, samples: Samples, position: int) -> FloatArray | None:
        """Return the answers to some samples from ``position`` on; None where they were too many at once."""
        assert self.member is not None
        rows = np.arange(position, min(position + self._portion.size, len(samples)))
        try:
            return self._portion.ask(self.member.predict, samples.take(rows))
        except Exception as error:
            if not short_of_memory(error) or len(rows) == 1:
                raise
            self._portion.limit(len(rows) // 2)
            return None
