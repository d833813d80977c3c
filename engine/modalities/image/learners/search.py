"""A search over shapes of the small network: many trained briefly, the best one at length."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from typing_extensions import override

from engine.arrays import FloatArray
from engine.backbones.small_residual import Shape
from engine.budget import Deadline
from engine.errors import DataError
from engine.learners.base import Job, Learner, Progress
from engine.metrics import score
from engine.modalities.image.learners.scratch import Scratch, ScratchNet, usual_side
from engine.modalities.image.samples import ImageSamples
from engine.modalities.image.squares import Squares
from engine.model.member import Member
from engine.search import Choice, Settings, Space, inside, parted, strategy_class
from engine.task import Kind

SPACE: Space = {
    "width": Choice((8, 16, 24, 32, 48)),
    "depth": Choice((0, 1, 2)),
    "stages": Choice((2, 3, 4)),
    "kernel": Choice((3, 5)),
    "activation": Choice(("relu", "silu", "gelu")),
    "excite": Choice((False, True)),
}
_USUAL = Shape(width=16)
_STATE, _INNER = "search.json", "inner"
_SIDE = 32
_WHOLE = " 1.0"
_MORE = 4  # times as many passes at most, and as much work
_COPIES = 20  # in a row: there is hardly anything left to try
_NONE_TRIED = "No shape of a small network could be tried to the end, so the usual one was taken."
_NO_TIME = "Too little time was left to search for a shape, so that was left out. Give the run more time to include it."


class _Training(Scratch):
    """A training that sees pictures through the ``squares`` of all trainings."""

    def __init__(self, job: Job, settings: Mapping[str, Any], squares: Callable[[], Squares]) -> None:
        super().__init__(job, settings)
        self._squares = squares

    @override
    def net(self) -> ScratchNet:
        net = super().net()
        net.share(self._squares())
        return net


class Search(Learner):
    """Trains shapes that a strategy proposes, all for about the same work, then the best of them for long.

    The brief trainings are checked on the samples of the second fold and the long one on those of the first, so that
    the choice does not flatter what is chosen. Settings: ``trials`` (16), how many shapes; ``brief`` (4), how often a
    trial sees each sample where its shape costs as much as the usual one, up to four times as often where it costs
    less, and less often where it costs more, though once where that takes no more than four times the usual work;
    ``epochs`` (60) of the long training; ``least_s`` (0), the seconds that must be left at the beginning; ``strategy``
    ("evolution") by name of :data:`engine.search.STRATEGIES`; ``starts`` (none), shapes to try after the usual one. All
    shapes together take at most ``share`` (0.4) of the budget left, each the same part of that, and the long training
    as much again. A strategy that asks for a share of the work, such as ``halving``, has that share of a brief training
    done, anew each time as rates fall towards its end; the best is of those that got all of it. What comes to the same
    network as an earlier proposal is not trained again.
    """

    kind: ClassVar[str] = "image.search"

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        super().__init__(job, settings)
        self.trials, self.share = int(settings.get("trials", 16)), float(settings.get("share", 0.4))
        strategy = strategy_class(str(settings.get("strategy", "evolution")))
        usual = asdict(_USUAL)
        starts = [usual, *(shape for shape in settings.get("starts", ()) if shape != usual and inside(SPACE, shape))]
        self.strategy = strategy(SPACE, job.seed, starts, self.trials)
        self.tried = 0
        self._earlier = 0  # shapes that an older program compared without noting which
        self._worths: dict[str, float] = {}  # by shape and share of the work; NaN of who was left out for lack of time
        self.best: tuple[float, Settings] | None = None
        self._asked: Settings | None = None
        self._inner: Scratch | None = None
        self._pictures: Squares | None = None
        self._searching, self._done, self._begun, self._advanced = True, False, False, 0.0

    @override
    def advance(self, deadline: Deadline) -> Progress:
        if not self._begun and deadline.left < float(self.settings.get("least_s", 0.0)):
            return Progress(improved=False, done=True, message=_NO_TIME)
        self._begun, improved, message = True, False, ""
        while not self._done and not improved:
            message = self._ask() or message
            progress = self._learner().advance(deadline)
            self._advanced = progress.share
            improved = progress.improved and not self._searching
            if not (self._searching and progress.done):  # what ended a single trial is of no interest
                message = message or progress.message
            if progress.done:
                message = self._go_on() or message
            if deadline.expired:
                break
        found = None if self.best is None else self.best[1]
        return Progress(improved, self._done, self._progress(), message, found=found)

    @property
    def compared(self) -> int:
        """How many shapes there are to choose from, all of them trained for as much work."""
        return self._earlier + sum(
            math.isfinite(worth) for name, worth in self._worths.items() if name.endswith(_WHOLE)
        )

    def _ask(self) -> str:
        """Ask for a shape to train where there is none; return a sentence where that ends the search."""
        copies = 0
        while self._searching and self._asked is None:
            self._asked = self.strategy.ask()
            if self._asked is None or copies == _COPIES:
                return self._end_search()
            if (known := self._worths.get(_name_of(self._asked))) is not None:
                copies += 1
                if said := self._told(known, copy=True):
                    return said
        return ""

    def _go_on(self) -> str:
        """Take in what the training that ended was worth; return a sentence at the end of the search."""
        if not self._searching:
            self._done = True
            self._squares().rest()
            return ""
        return self._told(self._worth(self._learner().validation()))

    def _told(self, worth: float, copy: bool = False) -> str:
        """Tell the strategy what its proposal was worth; return a sentence at the end of the search.

        A copy of an earlier one is no trial, but to strategies that share out the work and plan by what they ask.
        """
        assert self._asked is not None
        self._worths[_name_of(self._asked)] = worth
        self.strategy.tell(self._asked, worth, 0.0)
        settings, share = parted(self._asked)
        whole = share is None or share >= 1.0
        if np.isfinite(worth) and whole and (self.best is None or worth > self.best[0]):
            self.best = (worth, settings)
        self.tried += int(share is not None or not copy)
        self._asked, self._inner = None, None
        return self._end_search() if self.tried >= self.trials else ""

    def _end_search(self) -> str:
        self._searching, self._asked, self._inner, self._advanced = False, None, None, 0.0
        if self.best is None:
            return _NONE_TRIED
        shape = self._shape()
        count = self.compared
        only = "The only shape of a small network that could be tried to the end,"
        which, end = (only, ",") if count == 1 else (f"Of {count} shapes of a small network, the one", "")
        blocks = f"{shape.depth} blocks in each of {shape.stages} stages"
        return f"{which} with {shape.width} channels and {blocks}{end} was taken."

    def _worth(self, answers: FloatArray) -> float:
        """Return how good answers are where there are some, higher being better; NaN where there are none."""
        known = np.isfinite(answers).all(axis=1)
        if not known.any():
            return float("nan")
        metric = "rmse" if self.job.task.kind is Kind.REGRESSION else "log_loss"
        return -score(metric, self.job.labels[known], answers[known])

    def _shape(self) -> Shape:
        return Shape(**self.best[1]) if self.best is not None else _USUAL

    def _learner(self) -> Scratch:
        """Return the training that is going on."""
        if self._inner is None:
            self._inner = self._trial() if self._searching else self._long()
        return self._inner

    def _trial(self) -> Scratch:
        assert self._asked is not None
        settings, part = parted(self._asked)
        shape, whole = Shape(**settings), float(self.settings.get("brief", 4))
        same_work = whole * _USUAL.work(_SIDE) / shape.work(_SIDE)
        passes = (1.0 if part is None else part) * min(_MORE * whole, max(same_work, min(1.0, _MORE * same_work)))
        swapped = np.select([self.job.folds == 0, self.job.folds == 1], [1, 0], self.job.folds)
        job = replace(self.job, folds=swapped) if (self.job.folds == 1).any() else self.job
        return self._training(job, shape, passes, self._share_of_one())

    def _share_of_one(self) -> float:
        """Return the share of what is left now that gives a trial as many seconds as each one before could take."""
        return self.share / max(1.0, self.trials - self.share * (self._earlier + len(self._worths)))

    def _long(self) -> Scratch:
        return self._training(self.job, self._shape(), float(self.settings.get("epochs", 60)), self.share)

    def _training(self, job: Job, shape: Shape, epochs: float, share: float) -> Scratch:
        common = {name: self.settings[name] for name in ("batch", "rate", "weight_decay") if name in self.settings}
        return _Training(job, {**common, "backbone": shape.name, "epochs": epochs, "share": share}, self._squares)

    def _squares(self) -> Squares:
        """Return the pictures, read once for all trainings."""
        if self._pictures is None:
            samples = self.job.samples
            assert isinstance(samples, ImageSamples)
            side, pinned = round(ScratchNet.margin * usual_side(samples)), self.job.device.startswith("cuda")
            self._pictures = Squares(samples, side, self.job.threads, pinned, self.job.frugality)
        return self._pictures

    def _progress(self) -> float:
        """Return the share of the work done, in passes over the samples at the usual cost."""
        if self._done:
            return self._advanced  # less than 1 where the time was too short for the long training
        brief, epochs = float(self.settings.get("brief", 4)), float(self.settings.get("epochs", 60))
        whole = epochs * self._shape().work(_SIDE) / _USUAL.work(_SIDE)
        done = brief * self.tried if self._searching else brief * self.trials + whole * self._advanced
        return min(0.999, done / (brief * self.trials + whole))

    def _found(self) -> Scratch:
        if self._searching:
            raise DataError("Nothing has been learned yet. Give the run more time.")
        return self._learner()

    @override
    def validation(self) -> FloatArray:
        if self._searching:
            return np.full((len(self.job.labels), self.job.task.outputs), np.nan)
        return self._found().validation()

    @override
    def member(self) -> Member:
        return self._found().member()

    @override
    def save(self, folder: Path) -> None:
        state = {
            "strategy": self.strategy.save(),
            "tried": self.tried,
            "worths": {name: worth if np.isfinite(worth) else None for name, worth in self._worths.items()},
            "earlier": self._earlier,
            "best": self.best,
            "asked": self._asked,
            "searching": self._searching,
            "done": self._done,
            "begun": self._begun,
            "inner": self._inner is not None,
            "advanced": self._advanced,
        }
        (folder / _STATE).write_text(json.dumps(state), encoding="utf-8")
        if self._inner is not None:
            (folder / _INNER).mkdir()
            self._inner.save(folder / _INNER)

    @override
    def restore(self, folder: Path) -> None:
        state = json.loads((folder / _STATE).read_text(encoding="utf-8"))
        self.strategy.restore(state["strategy"])
        self.tried, self._asked = int(state["tried"]), state["asked"]
        self.best = None if state["best"] is None else (float(state["best"][0]), state["best"][1])
        self._searching, self._done, self._begun = (bool(state[name]) for name in ("searching", "done", "begun"))
        self._advanced = float(state.get("advanced", 0.0))  # earlier versions forgot it, and the worths
        self._worths = {name: _number(worth) for name, worth in state.get("worths", {}).items()}
        self._earlier = 0 if "worths" in state else int(state.get("compared", self.tried))
        self._earlier = int(state.get("earlier", self._earlier))
        if state["inner"]:
            self._learner().restore(folder / _INNER)


def _name_of(proposal: Settings) -> str:
    """Return the network that is proposed and its share of the work; blocks alone have a kernel and excite."""
    settings, share = parted(proposal)
    if not settings["depth"]:
        settings = {**settings, "kernel": _USUAL.kernel, "excite": _USUAL.excite}
    return f"{Shape(**settings).name} {1.0 if share is None else share}"


def _number(worth: float | None) -> float:
    return float("nan") if worth is None else float(worth)
