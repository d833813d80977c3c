"""A linear model for each fold, from strong to weak regularisation, stopped where the checked rows stop gaining."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Condition, Event
from typing import Any, ClassVar, Self

import numpy as np
from typing_extensions import override

from engine.arrays import FloatArray, IntArray
from engine.budget import Deadline
from engine.learners.base import Job, Progress
from engine.modalities.table import glm
from engine.modalities.table.expansion import Expansion
from engine.modalities.table.lbfgs import Search
from engine.modalities.table.members.linear import LinearMember
from engine.modalities.table.target import Link
from engine.modalities.table.threads import work_until
from engine.modalities.table.training import TableLearner, TrainingRows, at_once, take_rows

PENALTIES = (300.0, 60.0, 12.0, 2.5, 0.5)
_CELLS = 15_000_000
_CHUNK = 20_000
_WEIGHTS = 20_000_000  # of all folds: a search remembers several times as many numbers
_FEWEST_CODES = 8
_LOOK_SECONDS = 0.02


@dataclass(frozen=True, eq=False)
class _Problem:
    """What is learned: ``data`` holds the rows ``drawn`` (indices into ``rows``) as the linear model sees them.

    ``weights_of`` holds, for each category column, the row of its table of weights that each code has, [m + 2].
    """

    rows: TrainingRows
    expansion: Expansion
    weights_of: tuple[IntArray, ...]
    shape: glm.Shape
    drawn: IntArray
    data: glm.Rows

    @classmethod
    def of(cls, job: Job, link: Link, knots: int) -> Self:
        """Set the problem up: fewer bends, then fewer rows, where all would take more than 120 MB.

        Where all folds together would have more than ``_WEIGHTS`` weights, the rarest values of categories share those
        of unknown values.
        """
        rows = take_rows(job)
        places = rows.encoder.categories
        numbers = max(1, len(rows.encoder.columns) - len(places))
        knots = max(0, min(knots, _CELLS // (len(rows.rows) * numbers) - 2))
        expansion = Expansion.fit(rows.encoder, rows.numbers, knots, job.seed)
        outputs = job.task.outputs if link.name in ("softmax", "sigmoids") else 1
        sizes = [column.missing_code + 1 for column in rows.encoder.columns if column.is_category]
        room = _WEIGHTS // (outputs * max(1, len(rows.checked))) - expansion.width - 1
        weights_of = tuple(_shared(size, _most_codes(sizes, room)) for size in sizes)
        limit = max(1000, (_CELLS >> 2 * job.frugality) // max(1, expansion.width))
        drawn = np.flatnonzero(rows.shown)
        if len(drawn) > limit:
            drawn = np.sort(np.random.default_rng(job.seed).choice(drawn, limit, replace=False))
        shape = glm.Shape(expansion.width, [int(codes[-1]) + 1 for codes in weights_of], outputs)
        data = _as_seen(rows, expansion, weights_of, drawn, link.raw_targets(rows.labels))
        return cls(rows, expansion, weights_of, shape, drawn, data)

    def learned_from(self, fold: int) -> glm.Rows:
        """Return the drawn rows that the model of ``fold`` learns from."""
        return self.data.take(np.flatnonzero(self.rows.folds[self.drawn] != fold))

    def checked(self, flat: FloatArray, fold: int, link: Link) -> tuple[IntArray, FloatArray]:
        """Return the rows that ``fold`` is checked on (indices into ``rows``) and their predictions."""
        places = self.rows.checked_on(fold)
        parts = [np.empty((0, self.shape.outputs))]
        for start in range(0, len(places), _CHUNK):
            piece = places[start : start + _CHUNK]
            seen = _as_seen(self.rows, self.expansion, self.weights_of, piece, self.rows.labels)
            parts.append(glm.raw_outputs(flat, self.shape, seen))
        return places, link.apply(np.concatenate(parts))


def _as_seen(
    rows: TrainingRows, expansion: Expansion, weights_of: Sequence[IntArray], places: IntArray, targets: FloatArray
) -> glm.Rows:
    encoded = rows.numbers[places]
    codes = encoded[:, rows.encoder.categories].astype(np.int64)
    for column, weights in enumerate(weights_of):
        codes[:, column] = weights[codes[:, column]]
    return glm.Rows(expansion.design(encoded), codes, targets[places])


def _most_codes(sizes: Sequence[int], room: int) -> int:
    """Return how many codes a category column may have, so that all together have about ``room``."""
    most = max(sizes, default=0)
    while most > _FEWEST_CODES and sum(min(size, most) for size in sizes) > room:
        most //= 2
    return most


def _shared(size: int, most: int) -> IntArray:
    """Return the row of the table of weights for each of ``size`` codes, of which the last two are unknown and missing.

    Codes that are too many, those of the rarest values, share the row of unknown values.
    """
    rows = np.minimum(np.arange(size), min(size, most) - 2)
    rows[-1] = min(size, most) - 1
    return rows


class Linear(TableLearner):
    """Cross-validated ridge, logistic or softmax regression; the folds' weights are averaged.

    Settings: ``knots``, the bends a number column may have (0: straight lines); ``logarithm``, whether a skewed target
    may be learned as its logarithm; ``steps``, the most steps of a fit.
    """

    kind: ClassVar[str] = "table.linear"

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        super().__init__(job, settings)
        self._link = Link.fit(job.task, job.labels, bool(settings.get("logarithm", True)))
        self._problem = _Problem.of(job, self._link, int(settings.get("knots", 12)))
        self._best = np.zeros((len(self._problem.rows.checked), self._problem.shape.length))
        self._searches = [self._from(flat) for flat in self._best]
        self._busy: set[int] = set()
        self._level = 0
        self._best_loss = np.inf
        self._predictions = np.full((len(job.labels), job.task.outputs), np.nan)
        self._done = False
        self._turn = Condition()

    def _from(self, flat: FloatArray, ended: bool = False) -> Search:
        return Search(flat, int(self.settings.get("steps", 150)), ended)

    @override
    def advance(self, deadline: Deadline) -> Progress:
        before = self._best_loss
        if not self._done:
            work_until(deadline, self._work, at_once(self.job, len(self._searches)))
        share = 1.0 if self._done else self._level / len(PENALTIES)
        return Progress(improved=self._best_loss < before, done=self._done, share=share)

    def _work(self, stop: Event) -> None:
        while (index := self._next(stop)) is not None:
            try:
                self._fit(index, stop)
            finally:
                with self._turn:
                    self._busy.discard(index)
            with self._turn:
                if not self._open:
                    self._judge()
                self._turn.notify_all()

    def _next(self, stop: Event) -> int | None:
        """Take a fold that is not fitted yet; while others are at the last ones, wait for the next penalty."""
        with self._turn:
            while not (stop.is_set() or self._done):
                index = min(self._open - self._busy, default=None)
                if index is not None:
                    self._busy.add(index)
                    return index
                self._turn.wait(_LOOK_SECONDS)
        return None

    @property
    def _open(self) -> set[int]:
        """The folds that are not fitted yet at the current penalty."""
        return {index for index, search in enumerate(self._searches) if not search.ended}

    def _fit(self, index: int, stop: Event) -> None:
        """Go on with one fold at the current penalty."""
        rows = self._problem.learned_from(self._problem.rows.checked[index])
        fit = glm.Fit(rows, self._problem.shape, self._link.name, PENALTIES[self._level])
        self._searches[index].go_on(fit.objective, stop.is_set)

    def _judge(self) -> None:
        """Compare the penalty that all folds are fitted with, and go on to the next while it pays."""
        problem = self._problem
        predictions = np.full_like(self._predictions, np.nan)
        flats = np.stack([search.at for search in self._searches])
        for flat, fold in zip(flats, problem.rows.checked, strict=True):
            places, answers = problem.checked(flat, fold, self._link)
            predictions[places] = answers
        seen = np.isfinite(predictions).all(axis=1)
        loss = self._link.loss(self.job.labels[seen], predictions[seen])
        better = loss < self._best_loss
        if better:
            self._best, self._best_loss, self._predictions = flats, loss, predictions
        self._level += 1
        self._done = not better or self._level == len(PENALTIES)
        self._searches = [self._from(flat) for flat in flats]

    @override
    def validation(self) -> FloatArray:
        return self._levelled()[1]

    def _levelled(self) -> tuple[Link, FloatArray]:
        return self._link.levelled(self.job.labels, self._predictions)

    @override
    def member(self) -> LinearMember:
        problem = self._problem
        bias, weights, tables = problem.shape.parts(self._best.mean(axis=0))
        tables = [table[rows] for table, rows in zip(tables, problem.weights_of, strict=True)]
        return LinearMember(problem.rows.encoder, problem.expansion, weights, bias, tables, self._levelled()[0])

    @override
    def save(self, folder: Path) -> None:
        flats = np.stack([search.at for search in self._searches])
        np.savez(folder / "linear.npz", flat=flats, best=self._best, predictions=self._predictions)
        state = {
            "level": self._level,
            "open": sorted(self._open),
            "best_loss": self._best_loss if np.isfinite(self._best_loss) else None,
            "done": self._done,
        }
        (folder / "state.json").write_text(json.dumps(state), encoding="utf-8")

    @override
    def restore(self, folder: Path) -> None:
        state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
        with np.load(folder / "linear.npz", allow_pickle=False) as arrays:
            best, flats, predictions = arrays["best"], arrays["flat"], arrays["predictions"]
        if best.shape != self._best.shape:  # an older program gave rare values weights of their own: begin anew
            return
        self._level, self._done = state["level"], state["done"]
        self._best_loss = np.inf if state["best_loss"] is None else state["best_loss"]
        self._best, self._predictions = best, predictions
        self._searches = [self._from(flat, index not in state["open"]) for index, flat in enumerate(flats)]
