"""Until when an answer is wanted, for the work to see: whoever asked has gone by then."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Self

from exporters.server.refused import Refused
from exporters.standalone.halt import Halt


@dataclass(frozen=True)
class Deadline:
    """The moment ``end`` of ``time.monotonic``, ``seconds`` after the request came.

    ``halt`` is asked for once nobody waits any more, be it that the time is over or that the server ends.
    """

    end: float
    seconds: float
    halt: Halt = field(default_factory=Halt)

    @classmethod
    def after(cls, seconds: float) -> Self:
        """Return the one that is ``seconds`` from now."""
        return cls(time.monotonic() + seconds, seconds)

    def left(self) -> float:
        """Return the seconds that are left, 0 where there are none."""
        return max(0.0, self.end - time.monotonic())

    def check(self) -> None:
        """Let pass what is in time.

        Raises:
            Refused: it is too late (504).
        """
        if time.monotonic() > self.end:
            raise self.refusal()

    def refusal(self) -> Refused:
        """Return what is said to whoever waited in vain."""
        return Refused(504, f"The answer took longer than {self.seconds:g} s and was given up. Send less at once.")
