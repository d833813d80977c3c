"""What learners with a kernel head share: gather features, fit when there are enough, remember the candidate."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Generator, Mapping
from copy import copy
from dataclasses import replace
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
from engine.patience import Portion, first_size

_CANDIDATE = "candidate.safetensors"
_STATE = "state.json"
_VALIDATION = "validation"
_MOST = 512  # samples that are answered at once where memory ran short; a quarter of that each further time
_QUICK = 500  # rows that are fitted in some hundredths of a second


class HeadLearner(Learner):
    """Gathers features in slices and fits a head at milestones.

    A subclass says how features come about (:meth:`gather`, :meth:`features_of`) and how they are kept. After a lack of
    memory ``job`` holds but a quarter of the samples, ``rows`` of those it was given; in the end each of the rest is
    answered as it would be served, by a head that has not learned from its fold. ``root`` is the head's; ``thorough``
    says whether the last fit searches for a better shape of the head, and whether all samples are to be answered.
    """

    root: float | None = None
    thorough = True

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        order = stratified_order(job)
        kept = order[: max(_QUICK, len(order) >> 2 * job.frugality)]  # all, or a quarter after a lack of memory
        self.rows, self._whole = np.sort(kept), job
        super().__init__(job if len(kept) == len(order) else _part(job, self.rows), settings)
        self.order = np.searchsorted(self.rows, kept)
        self.fitted, self._over = 0, 0  # how many of ``order`` the newest fit is of, and the newest that is over
        self.head: KernelHead | None = None
        self._answers = np.full((len(job.labels), job.task.outputs), np.nan)
        self._done = False
        self._search: Generator[Fit | None, None, None] | None = None
        self._fitted_rows: IntArray = np.empty(0, dtype=np.int64)
        rest = np.setdiff1d(np.flatnonzero(job.folds >= 0), self.rows) if self.thorough else self.rows[:0]
        self._rest = rest[np.argsort(job.folds[rest], kind="stable")]
        self._answered = 0  # of the rest
        self._portion = Portion(first_size([job.samples]), max(1, _MOST >> 2 * max(0, job.frugality - 1)))
        self._unseen: Mapping[int, KernelHead] = {}  # by fold, where there is a rest

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
            if self.head is not None and self._search is None and self.fitted == self.enough:
                progress = self._answer_some()
                if progress.done or deadline.expired:
                    return progress
                continue
            if self._search is None:
                due = self.gather(deadline)
                if not due:
                    return Progress(improved=False, done=False, share=self._share_of_all())
                self._begin(due)
            fit = self._step() if self._search is not None else None  # none of the first samples may be readable
            if fit is not None:
                self._keep(fit)
                return Progress(improved=True, done=False, share=self._share_of_all())
            if deadline.expired and not self._first_at_hand:
                break
        return Progress(improved=False, done=self._done, share=self._share_of_all())

    def _share_of_all(self) -> float:
        """Return the share of the whole work that is done: of the gathering, and of answering the rest."""
        if self._done:
            return 1.0
        samples = len(self.rows) + len(self._rest)
        return (self.share() * len(self.rows) + self._answered) / samples

    def _answer_some(self) -> Progress:
        """Answer some of the rest, all of one fold: near-copies that may have been learned from lie in it too."""
        rows = self._rest[self._answered :][: self._portion.size]
        fold = int(self._whole.folds[rows[0]])
        rows = rows[self._whole.folds[rows] == fold]
        asked = copy(self)
        asked.head = self._unseen.get(fold, self.head)
        answers = self._portion.ask(asked.member().predict, self._whole.samples.take(rows))
        if answers is not None:
            self._answers[rows] = answers
            self._answered += len(rows)
        self._done = self._answered == len(self._rest)
        return Progress(improved=self._done, done=self._done, share=self._share_of_all())

    @property
    def _first_at_hand(self) -> bool:
        """Whether a first candidate is so near that it should not wait for another slice, which may not come."""
        return self.head is None and self._search is not None and len(self._fitted_rows) <= _QUICK

    def _begin(self, due: int) -> None:
        rows = np.sort(self.order[:due])
        features = self.features_of(rows)
        readable = np.isfinite(features).all(axis=1)
        self._fitted_rows = rows[readable]
        self.fitted, self._answered = due, 0
        if not readable.any():
            if due == self.enough:
                raise DataError("None of the samples can be read. Check the files, then train again.")
            self._over = due
            return
        if not readable.all():
            features = features[readable]
        labels, folds = self.job.labels[self._fitted_rows], self.job.folds[self._fitted_rows]
        problem = Problem.of(self.job.task, labels, folds, features, self.root)
        self._search = search(problem, thorough=self.thorough and due == self.enough)

    def _step(self) -> Fit | None:
        """Do one piece of the search; at its end go back to gathering, or to the rest, or be done."""
        assert self._search is not None
        try:
            return next(self._search)
        except StopIteration:
            self._search, self._over = None, self.fitted
            self._done = self.fitted == self.enough and not len(self._rest)
            return None

    def _keep(self, fit: Fit) -> None:
        self.head, self._unseen = fit.head, fit.unseen if len(self._rest) else {}
        self._answers = np.full_like(self._answers, np.nan)
        self._answers[self.rows[self._fitted_rows]] = fit.out_of_fold

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
        for fold, head in self._unseen.items():
            arrays |= {f"{fold}:weight": head.weight, f"{fold}:bias": head.bias}
        save_file(arrays, folder / _CANDIDATE)
        state = {"done": self._done, "fitted": self._over, "rows": len(self.rows), "answered": self._answered}
        (folder / _STATE).write_text(json.dumps(state), encoding="utf-8")

    @override
    def restore(self, folder: Path) -> None:
        arrays = load_file(folder / _CANDIDATE)
        state = json.loads((folder / _STATE).read_text(encoding="utf-8"))
        self._answers = arrays.pop(_VALIDATION)
        folds = [int(name.split(":")[0]) for name in arrays if name.endswith(":weight")]
        answer = Answer.of(self.job.task.kind)
        self.head = KernelHead.from_arrays(arrays, self.root, answer) if arrays else None
        if self.head is not None:
            own = {fold: (arrays[f"{fold}:weight"], arrays[f"{fold}:bias"]) for fold in folds}
            self._unseen = {fold: replace(self.head, weight=weight, bias=bias) for fold, (weight, bias) in own.items()}
        self._done = bool(state["done"])
        if state.get("rows", len(self.rows)) == len(self.rows):  # or memory ran short, and all is fitted anew to fewer
            self.fitted = self._over = int(state["fitted"])
            self._answered = int(state.get("answered", 0))


def _part(job: Job, rows: IntArray) -> Job:
    """Return the job of learning from some of its samples alone."""
    return replace(job, samples=job.samples.take(rows), labels=job.labels[rows], folds=job.folds[rows])
