"""What learners with a kernel head share: gather features, fit when there are enough, remember the candidate."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file
from typing_extensions import override

from engine.arrays import Float32Array, FloatArray, IntArray
from engine.budget import Deadline
from engine.errors import DataError
from engine.heads.answer import Answer
from engine.heads.kernel import KernelHead
from engine.heads.order import stratified_order
from engine.heads.problem import Problem
from engine.heads.ridge import Fit, search
from engine.learners.base import Job, Learner, Progress
from engine.learners.constant import ConstantLearner

_CANDIDATE = "candidate.safetensors"
_STATE = "state.json"
_VALIDATION = "validation"
_QUICK = 500  # rows that are fitted in some hundredths of a second


class HeadLearner(Learner):
    """Gathers features in slices and fits a head at milestones.

    A subclass says how features come about (:meth:`gather`, :meth:`features_of`) and how they are kept. ``root`` is the
    head's; ``thorough`` says whether the last fit searches for a better shape of the head.
    """

    root: float | None = None
    thorough = True

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        super().__init__(job, settings)
        order = stratified_order(job)
        self.order = order[: max(_QUICK, len(order) >> 2 * job.frugality)]  # all, or a quarter after a lack of memory
        self.fitted = 0
        self.head: KernelHead | None = None
        self._answers = np.full((len(job.labels), job.task.outputs), np.nan)
        self._done = False
        self._search: Generator[Fit | None, None, None] | None = None
        self._rows: IntArray = np.empty(0, dtype=np.int64)

    @abstractmethod
    def gather(self, deadline: Deadline) -> int:
        """Gather features until the deadline or until a fit is due; return how many of ``order`` to fit, 0 if none."""

    @abstractmethod
    def features_of(self, rows: IntArray) -> Float32Array:
        """Return gathered features [len(rows), d]; a row of NaN where a sample cannot be read."""

    @abstractmethod
    def share(self) -> float:
        """Return the share of the gathering that is done."""

    @property
    def enough(self) -> int:
        """How many of ``order`` are gathered in the end."""
        return len(self.order)

    @property
    def fallback(self) -> FloatArray:
        """The answer [K] for what cannot be read: the class shares, how often each class is there, or the mean."""
        return ConstantLearner(self.job, {}).member().answer

    @override
    def advance(self, deadline: Deadline) -> Progress:
        while not self._done:
            if self._search is None:
                due = self.gather(deadline)
                if not due:
                    return Progress(improved=False, done=False, share=self.share())
                self._begin(due)
            fit = self._step() if self._search is not None else None  # none of the first samples may be readable
            if fit is not None:
                self._keep(fit)
                return Progress(improved=True, done=False, share=self.share())
            if deadline.expired and not self._first_at_hand:
                break
        return Progress(improved=False, done=self._done, share=self.share())

    @property
    def _first_at_hand(self) -> bool:
        """Whether a first candidate is so near that it should not wait for another slice, which may not come."""
        return self.head is None and self._search is not None and len(self._rows) <= _QUICK

    def _begin(self, due: int) -> None:
        rows = np.sort(self.order[:due])
        features = self.features_of(rows)
        readable = np.isfinite(features[:, 0])
        self._rows = rows[readable]
        self.fitted = due
        if not readable.any():
            if due == self.enough:
                raise DataError("None of the samples can be read. Check the files, then train again.")
            return
        labels, folds = self.job.labels[self._rows], self.job.folds[self._rows]
        problem = Problem.of(self.job.task, labels, folds, features[readable], self.root)
        self._search = search(problem, thorough=self.thorough and due == self.enough)

    def _step(self) -> Fit | None:
        """Do one piece of the search; at its end go back to gathering, or be done."""
        assert self._search is not None
        try:
            return next(self._search)
        except StopIteration:
            self._search = None
            self._done = self.fitted == self.enough
            return None

    def _keep(self, fit: Fit) -> None:
        self.head = fit.head
        self._answers = np.full_like(self._answers, np.nan)
        self._answers[self._rows] = fit.out_of_fold

    @override
    def validation(self) -> FloatArray:
        return self._answers.copy()

    def candidate(self) -> KernelHead:
        """Return the head of the present candidate.

        Raises:
            DataError: there is none yet.
        """
        if self.head is None:
            raise DataError("Nothing has been learned yet. Give the run more time.")
        return self.head

    @override
    def save(self, folder: Path) -> None:
        arrays: dict[str, np.ndarray[Any, Any]] = {_VALIDATION: self._answers}
        if self.head is not None:
            arrays.update(self.head.arrays())
        save_file(arrays, folder / _CANDIDATE)
        finished = self.fitted if self._search is None else 0
        (folder / _STATE).write_text(json.dumps({"done": self._done, "fitted": finished}), encoding="utf-8")

    @override
    def restore(self, folder: Path) -> None:
        arrays = load_file(folder / _CANDIDATE)
        state = json.loads((folder / _STATE).read_text(encoding="utf-8"))
        self._answers = arrays.pop(_VALIDATION)
        answer = Answer.of(self.job.task.kind)
        self.head = KernelHead.from_arrays(arrays, self.root, answer) if arrays else None
        self._done, self.fitted = bool(state["done"]), int(state["fitted"])
