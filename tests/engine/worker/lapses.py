"""What comes over learners that are themselves otherwise, of any kind: they lack memory at first, or end later on."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path

from engine import learners
from engine.arrays import FloatArray
from engine.budget import Deadline
from engine.learners import Learner, Progress
from engine.model.member import Member
from engine.samples import Samples

FAULT = 139  # how a process ends that a fault in native code ends


def afflict(lapses: Mapping[str, str]) -> None:
    """Let the learners of these kinds be as :data:`LAPSES` make them, for the rest of this process."""
    known = learners.learner_class

    def learner_class(kind: str) -> type[Learner]:
        found = known(kind)
        return LAPSES[lapses[kind]](found) if kind in lapses else found

    vars(learners)["learner_class"] = learner_class


def starves_at_first(real: type[Learner]) -> type[Learner]:
    """One that has no memory enough until it is frugal."""

    def advance(self: Learner, deadline: Deadline) -> Progress:
        if not self.job.frugality:
            raise MemoryError
        return real.advance(self, deadline)

    return type(real.__name__, (real,), {"advance": advance})


def relapses(real: type[Learner]) -> type[Learner]:
    """One that takes its process with it wherever it works on after its first candidate."""
    been = weakref.WeakSet[Learner]()

    def advance(self: Learner, deadline: Deadline) -> Progress:
        if self in been:
            os._exit(FAULT)
        progress = real.advance(self, deadline)
        if progress.improved:
            been.add(self)
        return Progress(progress.improved, done=False, share=0.5 * progress.share)

    def restore(self: Learner, folder: Path) -> None:
        real.restore(self, folder)
        been.add(self)

    return type(real.__name__, (real,), {"advance": advance, "restore": restore})


def ends_when_asked(real: type[Learner]) -> type[Learner]:
    """One whose models take their process with them when they are asked about anything."""

    def end(_samples: Samples) -> FloatArray:
        os._exit(FAULT)

    def member(self: Learner) -> Member:
        made = real.member(self)
        vars(made)["predict"] = end
        return made

    return type(real.__name__, (real,), {"member": member})


LAPSES: dict[str, Callable[[type[Learner]], type[Learner]]] = {
    "starves at first": starves_at_first,
    "relapses": relapses,
    "ends when asked": ends_when_asked,
}
