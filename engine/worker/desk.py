"""The trainer's desk: one trainer at a time, the job it has, and how long it may take."""

from __future__ import annotations

import queue
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.budget import awake
from engine.worker.trainer_handle import TrainerHandle, TrainerReply

OVERRUN = 1.2  # a job is ended at this multiple of its promise,
OVERRUN_GRACE = 5.0  # and this many seconds, since shared machines stall
WARM_UP = 20.0  # the first slice of a learner imports libraries and loads networks,
LEAST_WARM_UP = 4.0  # which in a short run may take this long,
WARM_UP_SHARE = 0.2  # or this share of the budget, so that a learner that hangs leaves time to the others
CARD_PATIENCE = 180.0  # how long a trainer may take to say where it computes: libraries load, and the card wakes
SLOW_CARD = 20.0  # after which a card that has not woken by the end of the budget is to blame, not the budget


@dataclass(frozen=True)
class Errand:
    """A job for a trainer: ``advance`` a learner, or let its newest candidate ``answer``, or ``measure`` that.

    With ``answer_test`` the samples to predict are left out.
    """

    job: str
    learner: str


class Desk:
    """Starts and ends trainers and gives them jobs; replies arrive in ``inbox``."""

    def __init__(
        self, run_path: Path, inbox: queue.Queue[Any], budget_s: float, waiting: TrainerHandle | None = None
    ) -> None:
        self._run_path, self._inbox, self._budget_s = run_path, inbox, budget_s
        self._waiting = waiting  # the first trainer, where one was started before the run was known
        self._trainer: TrainerHandle | None = None
        self._generation = waiting.generation if waiting is not None else 0
        self._ready = False  # whether the trainer has said that it can begin
        self._since = 0.0  # when it was started
        self._promise = 0.0  # seconds that the job may take
        self._ends_at = float("inf")
        self._warm: set[str] = set()  # learners that have worked in this trainer
        self.errand: Errand | None = None
        self.device: str | None = None  # where trainers compute, once that is known

    @property
    def working(self) -> str | None:
        """The learner at work."""
        return self.errand.learner if self.errand is not None else None

    @property
    def overdue(self) -> bool:
        """Whether the job takes far longer than it was given."""
        return awake() > self._ends_at

    @property
    def starting(self) -> bool:
        """Whether a trainer is here that cannot begin yet."""
        return self._trainer is not None and not self._ready

    @property
    def waking(self) -> bool:
        """Whether it cannot as its graphics card may have to wake up."""
        return self.starting and self.device not in (None, "cpu")

    @property
    def hangs(self) -> bool:
        """Whether a trainer is here whose graphics card has long been to wake up; for the end only."""
        return self.starting and self.device != "cpu" and awake() - self._since > SLOW_CARD

    def start(self) -> None:
        """Start a trainer on the run, or take the one that waits; its imports take a moment."""
        self._warm.clear()
        self._ready, self._since = False, awake()
        self._trainer, self._waiting = self._waiting, None
        if self._trainer is None:
            self._generation += 1
            self._trainer = TrainerHandle(self._inbox, self._generation)
        self._trainer.open(self._run_path, "cpu" if self.device == "cpu" else None)  # a card may be gone meanwhile

    @property
    def empty(self) -> bool:
        """Whether no trainer is here; the next job starts one."""
        return self._trainer is None

    def stop(self) -> Errand | None:
        """End the trainer at once, its learners are on disk; return the job it was at."""
        if self._trainer is not None:
            self._trainer.kill()
        lost, self.errand = self.errand, None
        self._trainer, self._ends_at = None, float("inf")
        self._generation += 1  # replies still on their way are of no interest
        return lost

    def give(self, errand: Errand, seconds: float, left: float, frugality: int) -> None:
        """Give a job of about ``seconds``, which count once a card is awake; see :meth:`TrainerHandle.give`."""
        if self._trainer is None:
            self.start()
        assert self._trainer is not None
        warm_up = 0.0 if errand.learner in self._warm else self._warm_up
        self._promise = OVERRUN * seconds + OVERRUN_GRACE + warm_up
        self._ends_at = awake() + (CARD_PATIENCE if self.waking else self._promise)
        self.errand = errand
        self._trainer.give(errand.job, errand.learner, seconds, left, frugality)

    def interrupt(self) -> None:
        """Ask for the job to end early."""
        if self._trainer is not None and self.errand is not None:
            self._trainer.interrupt()

    def ready(self, device: str) -> bool:
        """Note that the trainer can begin, on ``device``; return whether those before it computed there, too."""
        if self.waking and self.errand is not None:
            self._ends_at = awake() + self._promise
        self._ready = True
        self.device = self.device or device
        return device == self.device

    def heard(self, reply: TrainerReply) -> bool:
        """Whether a reply comes from the trainer that is here now."""
        return reply.generation == self._generation

    def done(self, *, well: bool = True) -> Errand | None:
        """Take the job off the desk and return it; a learner that did it ``well`` needs no warm-up next time."""
        errand, self.errand, self._ends_at = self.errand, None, float("inf")
        self._ready = True  # whoever has tried has begun
        if errand is not None and well:
            self._warm.add(errand.learner)
        return errand

    @property
    def _warm_up(self) -> float:
        return min(WARM_UP, max(LEAST_WARM_UP, WARM_UP_SHARE * self._budget_s))
