"""What the loss of a trainer means: whether a learner is to blame, and when no other trainer is started."""

from __future__ import annotations

from dataclasses import dataclass

from engine.worker.endings import NO_CARD, NO_MEMORY, NO_START
from engine.worker.roster import OUT_OF_MEMORY

KILLED = (-9, 137)  # exit codes of a process that the system killed
ENDED = (-15, 143)  # and of one that was asked to end
ENDED_TRIES = 3  # trainers in a row that are asked to end before the next job is done, until memory is taken to be why
CARD_TRIES = 2  # trainers that are asked before the card is given up,
START_TRIES = 3  # and that are started though none before could begin


@dataclass(frozen=True)
class Loss:
    """Why a trainer was lost: ``reason`` and ``words`` are those of a learner's failure, where it is one."""

    reason: str
    words: str


OVERRUN = Loss("overrun", "took far longer than it was given, so it was stopped")


class Losses:
    """Counts the trainers that were lost in a row."""

    def __init__(self) -> None:
        self._ended = 0
        self._never_began = 0

    def began(self) -> None:
        """Note that a trainer is ready for jobs."""
        self._never_began = 0

    def worked(self) -> None:
        """Note that one did a job."""
        self._ended = 0

    def of(self, code: int) -> Loss | None:
        """Return what the end of a trainer by itself was; None for one that somebody ended, which is nobody's fault.

        The machine may shut down. But tools that watch the memory ask the largest process to end, too, time and again.
        """
        if code in ENDED:
            self._ended += 1
            again = Loss(OUT_OF_MEMORY, "was ended again and again, as is done when memory runs out")
            return again if self._ended >= ENDED_TRIES else None
        if code in KILLED:  # nobody but the system does that, and it does when memory runs out
            return Loss(OUT_OF_MEMORY, "was ended by the system, which does that when memory runs out")
        return Loss("crash", f"stopped unexpectedly (code {code})")

    def before_it_began(self, loss: Loss, on_a_card: bool) -> str:
        """Take up that a trainer was lost before it was ready, so no learner is to blame.

        Return why the sitting ends with that; nothing where another may be started.
        """
        self._never_began += 1
        hangs, short = loss == OVERRUN, loss.reason == OUT_OF_MEMORY
        if on_a_card and not short and (hangs or self._never_began >= CARD_TRIES):
            return NO_CARD
        if self._never_began < START_TRIES:
            return ""
        return NO_MEMORY if short else NO_START
