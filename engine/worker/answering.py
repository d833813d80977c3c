"""The answers of one candidate on the samples that learners never see, made in pieces between looks at the clock."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping

import numpy as np

from engine.arrays import FloatArray
from engine.budget import Deadline
from engine.memory import short_of_memory
from engine.model.member import Member
from engine.samples import Samples

_FIRST_PIECE = 32
_MOST = 512  # rows of a piece where memory ran short once; a quarter of that each further time
_PIECE_SECONDS = 0.4  # how long a piece may take before the deadline is looked at again


class Answering:
    """Predicts ``parts`` with ``member``, piece by piece; pieces grow while they are quick, shrink for lack of memory.

    Each lack of memory that came before (``frugality``) makes the first piece smaller, and how far pieces grow.
    """

    def __init__(self, member: Member, parts: Mapping[str, Samples], frugality: int = 0) -> None:
        self._member, self._parts = member, parts
        self._piece = max(1, _FIRST_PIECE // 4**frugality)
        self._most: float = math.inf if frugality == 0 else max(1, _MOST // 4 ** (frugality - 1))
        self._made: dict[str, list[FloatArray]] = {name: [] for name in parts}

    def advance(self, deadline: Deadline) -> bool:
        """Predict until the deadline; return whether all is predicted."""
        for name, samples in self._parts.items():
            made = self._made[name]
            position = sum(len(piece) for piece in made)
            while position < len(samples):
                if deadline.expired:
                    return False
                made.append(self._next(samples, position))
                position += len(made[-1])
        return True

    @property
    def share(self) -> float:
        """How much of all is predicted."""
        made = sum(len(piece) for pieces in self._made.values() for piece in pieces)
        return made / max(1, sum(len(samples) for samples in self._parts.values()))

    def answers(self, outputs: int) -> dict[str, FloatArray]:
        """Return the finished arrays, [0, outputs] for a part without samples."""
        empty = np.zeros((0, outputs))
        return {name: np.concatenate([empty, *pieces]) for name, pieces in self._made.items()}

    def _next(self, samples: Samples, position: int) -> FloatArray:
        while True:
            rows = np.arange(position, min(position + self._piece, len(samples)))
            start = time.monotonic()
            try:
                piece = self._member.predict(samples.take(rows))
            except Exception as error:
                if not short_of_memory(error) or len(rows) == 1:
                    raise
                self._piece = self._most = max(1, len(rows) // 2)
                continue
            if 2 * self._piece <= self._most and time.monotonic() - start < _PIECE_SECONDS / 2:
                self._piece *= 2
            return piece
