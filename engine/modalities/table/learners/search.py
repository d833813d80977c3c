"""A search for settings of LightGBM that suit this table better than those known beforehand."""

from __future__ import annotations

import json
import logging
import math
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from typing_extensions import override

from engine.arrays import FloatArray
from engine.budget import Deadline
from engine.ensemble.noise import checked
from engine.learners.base import Job, Progress
from engine.modalities.table.boosting import Growth
from engine.modalities.table.members.lightgbm import LightGBMMember
from engine.modalities.table.target import Link
from engine.modalities.table.training import TableLearner, take_rows
from engine.modalities.table.trials import SPACE, Trial, Tried, mean_of, row_losses, start
from engine.search import Settings, strategy_class

_KEPT = 3
_CLEARLY = 0.5  # standard errors of the paired difference
_log = logging.getLogger(__name__)


class Search(TableLearner):
    """Tries settings a strategy proposes, each on a few folds first, and on all unless it is clearly worse there.

    "Clearly worse" is by more than half a standard error of the difference, row by row, from the best trial so far. The
    candidate is the best trial on all folds, or the mean of the best two or three where that is better.

    Settings: ``starts``, parameters of LightGBM to try first; ``trials`` (60) at most; ``share`` (0.6) of the budget
    left at its beginning that it may take; ``rounds`` (3000) and ``patience`` (50) of each trial; ``strategy``
    (``tpe``), the name of one in :data:`engine.search.STRATEGIES`; ``seed``, added to the job's; ``logarithm``,
    whether a skewed target may be learned as its logarithm.
    """

    kind: ClassVar[str] = "table.search"

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        super().__init__(job, settings)
        self._link = Link.fit(job.task, job.labels, bool(settings.get("logarithm", True)))
        self._rows = take_rows(job)
        starts = [start(params) for params in settings.get("starts", [{}])]
        self._seed = abs(job.seed + int(settings.get("seed", 0)))
        self._most = int(settings.get("trials", 60))
        self._strategy = strategy_class(str(settings.get("strategy", "tpe")))(SPACE, self._seed, starts, self._most)
        self._growth = Growth(int(settings.get("rounds", 3000)), int(settings.get("patience", 50)))
        self._nothing = np.full((len(job.labels), job.task.outputs), np.nan)
        self._allowance: float | None = None
        self._spent = 0.0
        self._count, self._done = 0, False
        self._trial: Trial | None = None
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
            ended = self._open().advance(deadline)
            self._spent = before + deadline.elapsed
            if ended:
                self._judge()
            self._done = self._count >= self._most or self._share() >= 1.0
            if deadline.expired:
                break
        return Progress(self._served is not served, self._done, 1.0 if self._done else self._share())

    def _share(self) -> float:
        """Return how much of its trials or of its time is gone, whichever is more."""
        by_time = self._spent / self._allowance if self._allowance else 0.0
        return min(1.0, max(self._count / self._most, by_time))

    def _open(self) -> Trial:
        if self._trial is None:
            settings = self._strategy.ask()
            assert settings is not None  # the space has settings without end
            self._trial = self._trial_of(Tried(settings, self._nothing))
        return self._trial

    def _trial_of(self, so_far: Tried) -> Trial:
        return Trial(self.job, self._rows, self._link, self._growth, self._seed, so_far)

    def _judge(self) -> None:
        """Look at a trial after some folds: drop it, let it go on, or keep it."""
        trial = self._trial
        assert trial is not None
        gain, surely_worse = self._compared(trial.so_far.validation)
        if not (trial.finished or surely_worse):
            return
        self._strategy.tell(trial.so_far.settings, gain, 0.0)
        self._count, self._trial = self._count + 1, None
        if trial.finished:
            self._keep(trial.so_far)
        fate = "tried on all folds" if trial.finished else "dropped early"
        _log.info("trial %d, %s: gain %+.5f, %s", self._count, fate, gain, json.dumps(_rounded(trial.so_far.settings)))

    def _compared(self, validation: FloatArray) -> tuple[float, bool]:
        """Return the gain over the first trial as a share of its loss, and whether it is clearly behind the best."""
        if self._first is None or not self._kept:
            return 0.0, False
        rows = checked(validation)
        mine, first, best = (self._losses(one)[rows] for one in (validation, self._first, self._kept[0].validation))
        behind = mine - best
        noise = float(behind.std()) / math.sqrt(len(behind))
        gain = float((first.mean() - mine.mean()) / max(first.mean(), 1e-300))
        return gain, float(behind.mean()) > _CLEARLY * noise and bool(behind.any())

    def _losses(self, validation: FloatArray) -> FloatArray:
        """Return each row's loss, NaN where it was not checked."""
        rows = checked(validation)
        losses = np.full(len(validation), np.nan)
        losses[rows] = row_losses(self._link, self.job.labels[rows], validation[rows])
        return losses

    def _loss(self, validation: FloatArray) -> float:
        return float(np.nanmean(self._losses(validation)))

    def _keep(self, tried: Tried) -> None:
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
        stored = [*self._kept, *(one for one in self._served if one not in self._kept), *running]
        arrays = {str(place): one.validation for place, one in enumerate(stored)}
        np.savez(folder / "trials.npz", **arrays, first=self._nothing if self._first is None else self._first)  # type: ignore[arg-type]
        state = {
            "strategy": self._strategy.save(),
            "count": self._count,
            "done": self._done,
            "spent": self._spent,
            "allowance": self._allowance,
            "kept": len(self._kept),
            "served": [stored.index(one) for one in self._served],
            "running": self._trial is not None,
            "trials": [{"settings": one.settings} for one in stored],
        }
        (folder / "state.json").write_text(json.dumps(state), encoding="utf-8")
        self._kept_at = {
            one: _keep(one, folder / _file_name(place), self._kept_at.get(one)) for place, one in enumerate(stored)
        }

    @override
    def restore(self, folder: Path) -> None:
        state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
        with np.load(folder / "trials.npz", allow_pickle=False) as arrays:
            first = arrays["first"]
            stored = [
                Tried(one["settings"], arrays[str(place)], _texts(one, folder / _file_name(place)))
                for place, one in enumerate(state["trials"])
            ]
        running = state["running"] if "running" in state else state["rung"] is not None  # an older program's word
        begun = stored[-1:] if running else []
        ended, folds = stored[: len(stored) - len(begun)], len(self._rows.checked)
        if any(len(one.texts) != folds for one in ended) or any(len(one.texts) >= folds for one in begun):
            return  # an older program grew a booster for each of many classes, or passed folds over: begin anew
        self._kept_at = {one: folder / _file_name(place) for place, one in enumerate(stored)}
        self._strategy.restore(state["strategy"])
        self._count, self._done = state["count"], state["done"]
        self._spent, self._allowance = state["spent"], state["allowance"]
        self._kept = stored[: state["kept"]]
        self._served = tuple(stored[place] for place in state["served"])
        self._first = first if self._kept else None
        for one in begun:
            self._trial = self._trial_of(one)


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
