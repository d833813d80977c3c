"""The Learner contract: something trainable in slices, and what it leaves behind."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from engine.arrays import FloatArray, IntArray
from engine.budget import Deadline
from engine.model.member import Member
from engine.samples import Samples
from engine.task import Task


@dataclass(frozen=True)
class Job:
    """All that a learner is given. Labels of the test part are not in it.

    ``labels`` of ``samples`` [n] are class indices [n], target values [n], or 0 and 1 for each class [n, classes];
    ``folds`` [n] as :mod:`engine.split` says. ``cache`` is a folder for what is costly to compute, None for nowhere.
    ``frugality`` counts how often this learner has run out of memory. One that trains a network step by step works in
    smaller pieces at 1 and also makes its inputs smaller or coarser at 2; others learn from a quarter of what they
    would, be it samples or letters, for each time, as far as there are many. From 3 on all stay on the processor.
    """

    task: Task
    samples: Samples
    labels: FloatArray
    folds: IntArray
    device: str = "cpu"
    threads: int = 2
    seed: int = 0
    cache: Path | None = None
    frugality: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """What a slice brought: ``improved`` when there is a new candidate, ``done`` when more time is of no use.

    ``share`` is how much of its whole work a learner has done, 0 to 1, so that others can tell when it will be through;
    who is done with less than 1 would have worked on if there were more time.
    ``message`` is a sentence for the person about what it had to do otherwise (less memory, a part left out), mostly
    empty; the run says it once. ``stepped_s`` are the seconds that a fine-tune's steps took, ``prepared_s`` those of
    them in which it made samples ready: a graphics card, which works on meanwhile, waited no longer for data.
    ``found`` are the settings that a search has found to be best so far, as plain JSON values.
    """

    improved: bool
    done: bool
    share: float = 0.0
    message: str = ""
    stepped_s: float = 0.0
    prepared_s: float = 0.0
    found: Mapping[str, Any] | None = None


class Learner(ABC):
    """Trainable in slices. The trainer calls ``advance`` until done, and ``save`` after every slice."""

    kind: ClassVar[str]

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        self.job = job
        self.settings = settings

    @classmethod  # noqa: B027 - most have nothing to import
    def warm_up(cls) -> None:
        """Import what the first slice would otherwise wait for; nothing, unless a learner says so."""

    @classmethod
    def prepare(cls, job: Job, settings: Mapping[str, Any], deadline: Deadline, *, begun: bool) -> bool:
        """Do, until the deadline, what building the learner would take long for; return whether that is done.

        Called anew in each slice until then. ``begun`` says whether the learner has a state to be restored.
        """
        return True

    @abstractmethod
    def advance(self, deadline: Deadline) -> Progress:
        """Work until the deadline expires (check it at least each half second), or until done."""

    @abstractmethod
    def validation(self) -> FloatArray:
        """Return out-of-sample predictions [n, outputs] of the training samples; NaN rows where there is none."""

    @abstractmethod
    def member(self) -> Member:
        """Return the candidate as something that can be served."""

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write all that :meth:`restore` needs into the empty ``folder``."""

    @abstractmethod
    def restore(self, folder: Path) -> None:
        """Go on from what :meth:`save` wrote."""
