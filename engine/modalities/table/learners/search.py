"""A search for settings of LightGBM that suit this table better than those known beforehand."""

from __future__ import annotations

import json
import logging
import math
import os
from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from typing_extensions import override

from engine.arrays import FloatArray
from engine.budget import Deadline
from engine.ensemble.noise import checked
from engine.learners.base import Job, Progress
from engine.learners.constant import ConstantLearner
from engine.modalities.table.begun import Begun, BegunTrials
from engine.modalities.table.boosting import Growth
from engine.modalities.table.members.lightgbm import LightGBMMember
from engine.modalities.table.target import Link
from engine.modalities.table.training import TableLearner, take_rows
from engine.modalities.table.trials import SPACE, Trial, Tried, mean_of, row_losses, start
from engine.search import Settings, inside, parted, strategy_class

_KEPT = 3
_CLEARLY = 0.5  # standard errors of the paired difference
_UNDER_WAY = "under-way"
_log = logging.getLogger(__name__)


class Search(TableLearner):
    """Tries settings a strategy proposes, each on a few folds first, and on all unless it is clearly worse there.

    "Clearly worse" is by more than half a standard error of the difference, row by row, from the best trial so far. The
    candidate is the best trial on all folds, or the mean of the best two or three where that is better.

    A strategy that asks for a share of the work, such as ``halving``, drops by itself: that share of the folds is
    grown, and where it asks again for more, which counts as a trial of its own, those that are missing.

    Settings: ``starts``, parameters of LightGBM to try first; ``trials`` (60) at most; ``share`` (0.6) of the budget
    left at its beginning that it may take; ``rounds`` (3000) and ``patience`` (50) of each trial; ``strategy``
    (``tpe``), the name of one in :data:`engine.search.STRATEGIES`; ``seed``, added to the job's; ``logarithm``,
    whether a skewed target may be learned as its logarithm. Where its time ends it, its share of the work is below 1,
    so that nobody says that more time would be of no use.
    """

    kind: ClassVar[str] = "table.search"

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        super().__init__(job, settings)
        self._link = Link.fit(job.task, job.labels, bool(settings.get("logarithm", True)))
        self._rows = take_rows(job)
        starts = list[Settings]()
        for point in map(start, settings.get("starts", [{}])):
            if point not in starts and inside(SPACE, point):  # what is known by hand may have been found elsewhere too
                starts.append(point)
        self._seed = abs(job.seed + int(settings.get("seed", 0)))
        self._most = int(settings.get("trials", 60))
        self._strategy = strategy_class(str(settings.get("strategy", "tpe")))(SPACE, self._seed, starts, self._most)
        self._growth = Growth(int(settings.get("rounds", 3000)), int(settings.get("patience", 50)))
        self._nothing = np.full((len(job.labels), job.task.outputs), np.nan)
        self._allowance: float | None = None
        self._spent = 0.0
        self._count, self._done = 0, False
        self._nothing_left = False
        self._trial: Trial | None = None
        self._begun = BegunTrials()
        self._first: FloatArray | None = None
        self._kept: list[Tried] = []
        self._served: tuple[Tried, ...] = ()
        self._kept_at: dict[Tried, Path] = {}  # files of the last save, which lie there until the next

    @override
    def advance(self, deadline: Deadline) -> Progress:
        if self._allowance is None and math.isfinite(deadline.left):
            self._allowance = float(self.settings.get("share", 0.6)) * deadline.left
        served, before = self._served, self._spent
        while not self._done:
            trial = self._open()
            ended = trial is not None and trial.advance(deadline)
            self._spent = before + deadline.elapsed
            if ended:
                self._judge()
            self._nothing_left = trial is None
            self._done = self._through or self._by_time >= 1.0
            if deadline.expired:
                break
        found = self._kept[0].settings if self._kept else None
        return Progress(self._served is not served, self._done, self._share(), found=found)

    @property
    def _through(self) -> bool:
        return self._nothing_left or self._count >= self._most

    @property
    def _by_time(self) -> float:
        """How much of its time is gone."""
        return self._spent / self._allowance if self._allowance else 0.0

    def _share(self) -> float:
        """Return how much of its trials or of its time is gone, whichever is more; 1 after all trials alone."""
        by_trials = self._count / self._most
        if self._done:
            return 1.0 if self._through else min(by_trials, 0.999)
        return min(0.999, max(by_trials, self._by_time))

    def _open(self) -> Trial | None:
        """Return the trial that is under way, or the next one; None where there is nothing left to try."""
        if self._trial is None and (proposal := self._strategy.ask()) is not None:
            settings, share = parted(proposal)
            so_far = self._begun.take(settings) or Tried(settings, self._nothing)
            self._trial = self._trial_of(so_far, share)
        return self._trial

    def _trial_of(self, so_far: Tried, share: float | None) -> Trial:
        return Trial(self.job, self._rows, self._link, self._growth, self._seed, so_far, share)

    def _judge(self) -> None:
        """Look at a trial after some folds: drop it, let it go on, or keep it."""
        trial = self._trial
        assert trial is not None
        gain, surely_worse = self._compared(trial)
        if not (trial.through or surely_worse):
            return
        self._strategy.tell(trial.proposal, gain, 0.0)
        self._count, self._trial = self._count + 1, None
        if trial.finished:
            self._keep(trial.so_far)
        if trial.share is not None and trial.share < 1.0:
            self._begun.put(Begun(trial.so_far, trial.share, gain))
        grown = "all" if trial.finished else f"{trial.goal} of {len(self._rows.checked)}"
        fate = f"tried on {grown} folds" if trial.through else "dropped early"
        _log.info("trial %d, %s: gain %+.5f, %s", self._count, fate, gain, json.dumps(_rounded(trial.so_far.settings)))

    def _compared(self, trial: Trial) -> tuple[float, bool]:
        """Return the gain over the first trial as a share of its loss, and whether it is clearly behind the best.

        What a few folds show is how far it is from the best on these: they may be easier than all are. Where a share of
        the folds was asked for, the gain is over a constant, as those of one share must be compared with the same, and
        it is long until a first has all folds; whether it goes on is for the strategy to say.
        """
        validation = trial.so_far.validation
        if trial.share is not None:
            return self._gain(validation, self._constant), False
        if self._first is None or not self._kept:
            return 0.0, False
        rows, best = checked(validation), self._kept[0].validation
        here = np.where(rows[:, None], best, np.nan)
        behind = (self._losses(validation) - self._losses(here))[rows]
        noise = float(behind.std()) / math.sqrt(len(behind))
        surely_worse = float(behind.mean()) > _CLEARLY * noise and bool(behind.any())
        ahead = self._gain(validation, self._first) - self._gain(here, self._first)
        return self._gain(best, self._first) + ahead, surely_worse

    def _gain(self, validation: FloatArray, over: FloatArray) -> float:
        """Return which share of its loss is saved ``over`` other answers, on the rows that have been checked."""
        rows = checked(validation)
        mine, other = (self._losses(one)[rows] for one in (validation, over))
        return float((other.mean() - mine.mean()) / max(other.mean(), 1e-300))

    @cached_property
    def _constant(self) -> FloatArray:
        """What would be answered without a look at the columns."""
        return ConstantLearner(self.job, {}).validation()

    def _losses(self, validation: FloatArray) -> FloatArray:
        """Return each row's loss, NaN where it was not checked."""
        rows = checked(validation)
        losses = np.full(len(validation), np.nan)
        losses[rows] = row_losses(self._link, self.job.labels[rows], validation[rows])
        return losses

    def _loss(self, validation: FloatArray) -> float:
        return float(np.nanmean(self._losses(validation)))

    def _keep(self, tried: Tried) -> None:
        if tried in self._kept:  # asked for again with a larger share though it had all folds
            return
        if self._first is None:
            self._first = tried.validation
        self._kept = sorted([*self._kept, tried], key=lambda one: self._loss(one.validation))[:_KEPT]
        groups = [tuple(self._kept[:count]) for count in range(1, len(self._kept) + 1)]
        best = min(groups, key=lambda group: self._loss(mean_of(group)))
        if not self._served or self._loss(mean_of(best)) < self._loss(mean_of(self._served)):
            self._served = best

    @override
    def validation(self) -> FloatArray:
        return self._levelled()[1] if self._served else self._nothing

    def _levelled(self) -> tuple[Link, FloatArray]:
        return self._link.levelled(self.job.labels, mean_of(self._candidate()))

    def _candidate(self) -> tuple[Tried, ...]:
        if not self._served:
            raise RuntimeError("There is no candidate before advance() reports one.")
        return self._served

    @override
    def member(self) -> LightGBMMember:
        texts = [text for tried in self._candidate() for text in tried.texts]
        return LightGBMMember(self._rows.encoder, texts, self._levelled()[0])

    @override
    def save(self, folder: Path) -> None:
        running = [self._trial.so_far] if self._trial is not None else []
        begun = [one.tried for one in self._begun.kept]
        stored = list(dict.fromkeys([*self._kept, *self._served, *begun, *running]))
        rows = np.flatnonzero(self.job.folds >= 0)
        arrays = {str(place): one.validation[rows] for place, one in enumerate(stored)}
        arrays["first"] = (self._nothing if self._first is None else self._first)[rows]
        np.savez(folder / "trials.npz", rows=rows, **arrays)  # type: ignore[arg-type]
        state = {
            "strategy": self._strategy.save(),
            "count": self._count,
            "done": self._done,
            "nothing_left": self._nothing_left,
            "spent": self._spent,
            "allowance": self._allowance,
            "kept": len(self._kept),
            "served": [stored.index(one) for one in self._served],
            "running": self._trial is not None,
            "share": None if self._trial is None else self._trial.share,
            "under_way": [] if self._trial is None else self._trial.under_way,
            "begun": [[stored.index(one.tried), one.share, one.score] for one in self._begun.kept],
            "trials": [{"settings": one.settings} for one in stored],
        }
        (folder / "state.json").write_text(json.dumps(state), encoding="utf-8")
        if self._trial is not None:
            self._trial.save(folder / _UNDER_WAY)
        self._kept_at = {
            one: _keep(one, folder / _file_name(place), self._kept_at.get(one)) for place, one in enumerate(stored)
        }

    @override
    def restore(self, folder: Path) -> None:
        state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
        with np.load(folder / "trials.npz", allow_pickle=False) as arrays:
            first = self._spread(arrays, "first")
            stored = [
                Tried(one["settings"], self._spread(arrays, str(place)), _texts(one, folder / _file_name(place)))
                for place, one in enumerate(state["trials"])
            ]
        running = state["running"] if "running" in state else state["rung"] is not None  # an older program's word
        under_way = stored[-1:] if running else []
        begun = [Begun(stored[place], share, score) for place, share, score in state.get("begun", [])]
        not_ended = {*under_way, *(one.tried for one in begun)}
        ended, folds = [one for one in stored if one not in not_ended], len(self._rows.checked)
        if any(len(one.texts) != folds for one in ended) or any(len(one.texts) >= folds for one in under_way):
            return  # an older program grew a booster for each of many classes, or passed folds over: begin anew
        self._kept_at = {one: folder / _file_name(place) for place, one in enumerate(stored)}
        self._strategy.restore(state["strategy"])
        self._count, self._done = state["count"], state["done"]
        self._nothing_left = bool(state.get("nothing_left", self._done))  # as an older program was
        self._spent, self._allowance = state["spent"], state["allowance"]
        self._kept = stored[: state["kept"]]
        self._served = tuple(stored[place] for place in state["served"])
        self._first = first if self._kept else None
        self._begun = BegunTrials(begun)
        for one in under_way:
            self._trial = self._trial_of(one, state.get("share"))
            if folds_under_way := state.get("under_way"):  # an older program grew them again
                self._trial.restore(folder / _UNDER_WAY, folds_under_way)

    def _spread(self, arrays: Mapping[str, Any], name: str) -> FloatArray:
        """Return predictions of the rows that are checked at their places; an older program kept those of all rows."""
        if "rows" not in arrays:
            return np.asarray(arrays[name])
        everywhere = self._nothing.copy()
        everywhere[arrays["rows"]] = arrays[name]
        return everywhere


def _file_name(place: int) -> str:
    return f"trial-{place}.json"


def _keep(tried: Tried, path: Path, earlier: Path | None) -> Path:
    """Write a trial's boosters; those that lie at ``earlier`` are only given another name."""
    if earlier is not None:
        with suppress(OSError):  # this disk may know no second names
            os.link(earlier, path)
            return path
    path.write_text(json.dumps(tried.texts), encoding="utf-8")
    return path


def _texts(trial: Mapping[str, Any], path: Path) -> tuple[str, ...]:
    """Return a trial's boosters; an older program wrote them among the settings."""
    texts = trial["texts"] if "texts" in trial else json.loads(path.read_text(encoding="utf-8"))
    return tuple(texts)


def _rounded(settings: Settings) -> Settings:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in settings.items()}
