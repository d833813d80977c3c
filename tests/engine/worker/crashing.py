"""Learners that go wrong in every way a process can."""

from __future__ import annotations

import errno
import os
import time
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from safetensors import SafetensorError
from typing_extensions import override

from engine.arrays import FloatArray
from engine.budget import Deadline
from engine.learners.base import Job, Progress
from engine.learners.constant import ConstantLearner, ConstantMember
from engine.samples import Samples


class Ends(ConstantLearner):
    """Takes its whole process with it, as a fault in native code does."""

    @override
    def advance(self, deadline: Deadline) -> Progress:
        os._exit(139)


class Raises(ConstantLearner):
    """Fails with an exception."""

    @override
    def advance(self, deadline: Deadline) -> Progress:
        raise ValueError("the numbers make no sense")


class RaisesInACircle(Raises):
    """Fails while its parts refer to it; ``made`` are all that there were."""

    made: ClassVar[list[weakref.ref[Raises]]] = []

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        super().__init__(job, settings)
        self.looks = self.validation
        self.made.append(weakref.ref(self))


class Starves(ConstantLearner):
    """Never has memory enough."""

    @override
    def advance(self, deadline: Deadline) -> Progress:
        raise MemoryError


class Loops(ConstantLearner):
    """Never comes back."""

    @override
    def advance(self, deadline: Deadline) -> Progress:
        while True:
            time.sleep(1.0)  # as good as computing, and the processors are left to others


class Fills(ConstantLearner):
    """Finds no room on the disk."""

    @override
    def advance(self, deadline: Deadline) -> Progress:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class FillsAndSaysSo(ConstantLearner):
    """Finds no room on the disk when its state is kept, as weights are written."""

    @override
    def save(self, folder: Path) -> None:
        raise SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)")


class FillsInPart(ConstantLearner):
    """Finds no room on the disk when its state is kept, as arrays are written."""

    @override
    def save(self, folder: Path) -> None:
        raise OSError("1024 requested and 512 written")


class Mumbles(ConstantLearner):
    """Offers what answers with no numbers."""

    @override
    def advance(self, deadline: Deadline) -> Progress:
        return Progress(improved=True, done=True)

    @override
    def validation(self) -> FloatArray:
        return np.full_like(super().validation(), np.nan)


class Silent(ConstantMember):
    """Answers with no number where that is asked for."""

    kind: ClassVar[str] = "table.linear"

    @override
    def predict(self, samples: Samples) -> FloatArray:
        answers = super().predict(samples)
        answers[-1:] = np.nan
        return answers


class Stammers(ConstantLearner):
    """Offers what was right about all it was checked on, and answers something else with no numbers."""

    @override
    def advance(self, deadline: Deadline) -> Progress:
        return Progress(improved=True, done=True)

    @override
    def validation(self) -> FloatArray:
        right: FloatArray = 0.01 + 0.98 * np.eye(2)[self.job.labels.astype(np.int64)]
        return right

    @override
    def member(self) -> Silent:
        return Silent(np.array([0.5, 0.5]))


class Thrifty(ConstantLearner):
    """Has memory enough once it is frugal, on the processor alone."""

    @override
    def advance(self, deadline: Deadline) -> Progress:
        if self.job.frugality < 3 or self.job.device != "cpu":
            raise MemoryError
        return super().advance(deadline)


def torn_child(folder: Path, words: str) -> str:
    """Return a program to be run in Python's place: it hears a line, says ``words`` without an end, and is gone."""
    script = folder / "torn.sh"
    script.write_text(f"#!/bin/sh\nread line\nprintf '%s' '{words}'\n")
    script.chmod(0o755)
    return str(script)
