"""Small networks on a table, one for each fold, trained side by side along one cycle."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from typing_extensions import override

from engine.arrays import Float32Array, FloatArray
from engine.budget import Deadline
from engine.learners.base import Job, Progress
from engine.modalities.table.descent import Descent, Lesson, Recipe
from engine.modalities.table.members.network import NetworkMember, together
from engine.modalities.table.network import Shape
from engine.modalities.table.scaling import Scaling
from engine.modalities.table.target import Link
from engine.modalities.table.training import TableLearner, take_rows

MOMENTS = (0.4, 0.55, 0.7, 0.85, 1.0)  # of the cycle, at which all folds are checked
_TENSORS, _STATE = "network.safetensors", "state.json"
_FEWEST_TURNS = 3
_JUDGED_AFTER = 3  # steps; the first are slow
_SMOOTH = 0.2
_CHECKING = 0.1  # of the time
_RESERVE_S = 2.0
_FEWEST_AT_ONCE = 32
_SMALL_CELLS = 500_000  # below, threads wait for each other longer than they work


@dataclass
class _Pace:
    """What a step takes and what all may take: ``allowance`` seconds, None where that is not known yet."""

    allowance: float | None = None
    spent: float = 0.0
    step_s: float = 0.0
    measured: int = 0

    def note(self, seconds: float, steps: int) -> None:
        """Take in how long a step took, or a piece of checking (no steps)."""
        self.spent += seconds
        if steps:
            self.measured += 1
            mixed = _SMOOTH if self.measured > _JUDGED_AFTER else 1.0
            self.step_s += mixed * (seconds - self.step_s)

    def steps(self, deadline: Deadline, share: float) -> float:
        """Return how many more steps the budget allows: infinitely many while that is not known."""
        left = deadline.left - deadline.elapsed
        if math.isinf(left):
            return math.inf
        if self.allowance is None:
            self.allowance = share * left
        if self.measured < _JUDGED_AFTER:
            return math.inf
        seconds = (1.0 - _CHECKING) * min(self.allowance - self.spent, left - _RESERVE_S)
        return max(0.0, seconds / self.step_s)


class Network(TableLearner):
    """Trains until ``epochs`` turns are done or its share of the budget is, whichever comes first.

    All folds are checked at each of :data:`MOMENTS`; the weights with the least loss over the checked rows of all folds
    together are the candidate, offered at the end. Where even three turns would take too long, it ends without one.

    Settings: ``epochs`` (20); ``share`` (0.3) of the budget left at the first step; ``members`` (8) copies, ``hidden``
    (128) and ``layers`` (2) of each network; ``rate``, ``shrink``, ``dropout`` and ``batch`` as in
    :class:`~engine.modalities.table.descent.Recipe`; ``seed``, added to the job's; ``logarithm``, whether a skewed
    target may be learned as its logarithm.
    """

    kind: ClassVar[str] = "table.network"

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        super().__init__(job, settings)
        self._link = Link.fit(job.task, job.labels, bool(settings.get("logarithm", True)))
        self._rows = take_rows(job)
        self._scaling = Scaling.fit(self._rows.encoder, self._rows.numbers)
        self._descent = self._begin()
        self._pace = _Pace()
        self._checks, self._done = 0, False
        self._said: list[FloatArray] = []
        self._best: dict[str, Float32Array] = {}
        self._best_loss = np.inf
        self._answers = np.full((len(self._rows.rows), job.task.outputs), np.nan)

    def _begin(self) -> Descent:
        job, columns = self.job, self._rows.encoder.columns
        recipe = Recipe(**{name: self.settings[name] for name in asdict(Recipe()) if name in self.settings})
        recipe = Recipe(**{**asdict(recipe), "batch": max(_FEWEST_AT_ONCE, recipe.batch >> job.frugality)})
        shape = Shape(
            folds=len(self._rows.checked),
            members=int(self.settings.get("members", 8)),
            hidden=int(self.settings.get("hidden", 128)),
            layers=int(self.settings.get("layers", 2)),
            numbers=len(self._scaling.numbers),
            gaps=len(self._scaling.gaps),
            codes=tuple(column.missing_code + 1 for column in columns if column.is_category),
            outputs=job.task.outputs if self._link.name in ("softmax", "sigmoids") else 1,
        )
        lesson = Lesson.of(self._rows, self._scaling, self._link, job.device)
        return Descent(lesson, shape, recipe, abs(job.seed + int(self.settings.get("seed", 0))), job.frugality)

    @override
    def advance(self, deadline: Deadline) -> Progress:
        torch.set_num_threads(self.job.threads if self._descent.cells > _SMALL_CELLS else 1)
        before = deadline.elapsed  # what loading took is no step
        self._pace.note(before, 0)
        while not self._done:
            steps = self._descent.steps
            if self._checks < len(MOMENTS) and self._descent.progress >= MOMENTS[self._checks]:
                self._check()
            else:
                self._step(deadline)
            elapsed = deadline.elapsed
            self._pace.note(elapsed - before, self._descent.steps - steps)
            before = elapsed
            if deadline.expired:
                break
        share = 1.0 if self._done else min(0.999, self._descent.progress)
        return Progress(self._done and bool(self._best), self._done, share)

    def _step(self, deadline: Deadline) -> None:
        descent = self._descent
        affordable = self._pace.steps(deadline, float(self.settings.get("share", 0.3)))
        whole = round(float(self.settings.get("epochs", 20)) * descent.steps_a_turn)
        fewest = min(whole, _FEWEST_TURNS * descent.steps_a_turn)
        if descent.steps == _JUDGED_AFTER and affordable < fewest - descent.steps:
            self._done = True
        else:
            descent.step(int(min(affordable, whole - descent.steps)))

    def _check(self) -> None:
        """Let the networks answer a piece of their checked rows; judge them when all is answered."""
        said, end = self._descent.answers(sum(piece.shape[1] for piece in self._said))
        self._said.append(said)
        checked = self._descent.lesson.checked
        if end < max(len(rows) for rows in checked):
            return
        answers = np.full_like(self._answers, np.nan)
        for rows, raw in zip(checked, np.concatenate(self._said, axis=1), strict=True):
            answers[rows] = together(self._link, raw[: len(rows)].swapaxes(0, 1))
        seen = np.isfinite(answers).all(axis=1)
        loss = self._link.loss(self._rows.labels[seen], answers[seen])
        if loss < self._best_loss:
            self._best, self._best_loss, self._answers = self._descent.snapshot(), loss, answers
        self._said, self._checks = [], self._checks + 1
        self._done = self._checks == len(MOMENTS)

    @override
    def validation(self) -> FloatArray:
        return self._levelled()[1]

    def _levelled(self) -> tuple[Link, FloatArray]:
        return self._link.levelled(self.job.labels, self._rows.spread(self._answers))

    @override
    def member(self) -> NetworkMember:
        if not self._best:
            raise RuntimeError("There is no candidate before advance() reports one.")
        return NetworkMember(self._rows.encoder, self._scaling, self._best, self._levelled()[0])

    @override
    def save(self, folder: Path) -> None:
        tensors = {} if self._done else {f"now:{name}": tensor for name, tensor in self._descent.saved().items()}
        tensors |= {f"best:{name}": torch.from_numpy(array) for name, array in self._best.items()}
        save_file({**tensors, "answers": torch.from_numpy(self._answers)}, folder / _TENSORS)
        state = {
            "steps": self._descent.steps,
            "progress": self._descent.progress,
            "checks": self._checks,
            "done": self._done,
            "best_loss": self._best_loss if self._best else None,
            "pace": asdict(self._pace),
        }
        (folder / _STATE).write_text(json.dumps(state), encoding="utf-8")

    @override
    def restore(self, folder: Path) -> None:
        state = json.loads((folder / _STATE).read_text(encoding="utf-8"))
        tensors = load_file(folder / _TENSORS)
        self._checks, self._done = state["checks"], state["done"]
        self._pace = _Pace(**{**state["pace"], "measured": 0})  # the first steps are slow again
        self._best_loss = np.inf if state["best_loss"] is None else state["best_loss"]
        self._answers = tensors["answers"].numpy()
        self._best = {name[5:]: value.numpy() for name, value in tensors.items() if name.startswith("best:")}
        if not self._done:
            now = {name[4:]: value for name, value in tensors.items() if name.startswith("now:")}
            self._descent.restore(now, state["steps"], state["progress"])
