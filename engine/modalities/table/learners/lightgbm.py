"""LightGBM in stages: a little of the data at once, then more, then all folds with early stopping."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from typing_extensions import override

from engine.arrays import FloatArray
from engine.budget import Deadline
from engine.learners.base import Job, Progress
from engine.modalities.table.backend import load_lightgbm
from engine.modalities.table.boosting import Bag, Growth
from engine.modalities.table.members.lightgbm import LightGBMMember
from engine.modalities.table.target import Link
from engine.modalities.table.training import TableLearner, take_rows


class LightGBM(TableLearner):
    """Grows one bag of boosters a stage and serves the best bag so far.

    Settings: ``stages``, a list of ``{rows, folds, rounds, patience, step}`` (``rows`` and ``folds`` 0 or absent: all);
    ``params``, LightGBM parameters; ``seed``, added to the job's; ``logarithm``, whether a skewed target may be learned
    as its logarithm; ``means``, whether trees are shown the mean target of each value of categories that have many. A
    slice ends early when a stage before the last is done, so that its candidate can be served.
    """

    kind: ClassVar[str] = "table.lightgbm"

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        super().__init__(job, settings)
        self._link = Link.fit(job.task, job.labels, bool(settings.get("logarithm", True)))
        self._stages: list[Mapping[str, Any]] = list(settings["stages"])
        self._stage = 0
        self._current: Bag | None = None
        self._served: Bag | None = None
        self._served_stage: int | None = None

    @override
    @classmethod
    def warm_up(cls) -> None:
        load_lightgbm()

    @override
    @classmethod
    def prepare(cls, job: Job, settings: Mapping[str, Any], deadline: Deadline, *, begun: bool) -> bool:
        looks_first = not begun and bool(settings["stages"][0].get("rows"))  # at a draw, which waits for nothing
        return looks_first or super().prepare(job, settings, deadline, begun=begun)

    def _bag(self, stage: int) -> Bag:
        plan = self._stages[stage]
        rows = take_rows(self.job, rows=int(plan.get("rows", 0)), folds=int(plan.get("folds", 0)))
        growth = Growth(int(plan["rounds"]), int(plan.get("patience", 100)), int(plan.get("step", 10)))
        params = {**self.settings.get("params", {}), "seed": self.job.seed + int(self.settings.get("seed", 0))}
        return Bag(self.job, rows, self._link, growth, params, bool(self.settings.get("means", False)))

    @override
    def advance(self, deadline: Deadline) -> Progress:
        last = len(self._stages) - 1
        if self._current is None:
            if self._stage and not self.prepare(self.job, self.settings, deadline, begun=True):
                return Progress(improved=False, done=False, share=self._stage / (last + 1))
            self._current = self._bag(self._stage)
        bag = self._current
        improved = bag.advance(deadline) and self._beats_served(bag)
        if improved:
            self._served, self._served_stage = bag, self._stage
        share = (self._stage + bag.share) / (last + 1)
        if bag.done and self._stage < last:
            self._stage, self._current = self._stage + 1, None
            return Progress(improved=improved, done=False, share=share)
        return Progress(improved=improved, done=bag.done, share=share)

    def _beats_served(self, bag: Bag) -> bool:
        if self._served is None or self._served is bag:
            return True
        old, new = self._served.validation(), bag.validation()
        both = np.isfinite(old[:, 0]) & np.isfinite(new[:, 0])
        labels = self.job.labels[both]
        return not both.any() or self._link.loss(labels, new[both]) < self._link.loss(labels, old[both])

    def _candidate(self) -> Bag:
        if self._served is None:
            raise RuntimeError("There is no candidate before advance() reports one.")
        return self._served

    @override
    def validation(self) -> FloatArray:
        if self._served is None:
            return np.full((len(self.job.labels), self.job.task.outputs), np.nan)
        return self._levelled()[1]

    def _levelled(self) -> tuple[Link, FloatArray]:
        return self._link.levelled(self.job.labels, self._candidate().validation())

    @override
    def member(self) -> LightGBMMember:
        bag = self._candidate()
        return LightGBMMember(bag.rows.encoder, bag.texts(), self._levelled()[0], means=bag.means())

    @override
    def save(self, folder: Path) -> None:
        state = {"stage": self._stage, "opened": self._current is not None, "served": self._served_stage}
        if self._current is not None:
            self._current.save(folder / "current")
        if self._served is not None and self._served is not self._current:
            self._served.save(folder / "served")
        (folder / "state.json").write_text(json.dumps(state), encoding="utf-8")

    @override
    def restore(self, folder: Path) -> None:
        state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
        self._stage, self._served_stage = state["stage"], state["served"]
        if state["opened"]:
            self._current = self._bag(self._stage)
            self._current.restore(folder / "current")
        if self._served_stage is None:
            return
        if (folder / "served").exists():
            self._served = self._bag(self._served_stage)
            self._served.restore(folder / "served")
        else:
            self._served = self._current
        if self._served is not None and not self._served.best_rounds:  # an older program's, which is learned anew
            self._served, self._served_stage = None, None
