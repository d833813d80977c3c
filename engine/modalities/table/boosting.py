"""A bag of LightGBM boosters, one for each checked fold, grown in lockstep so that it can be stopped at any time.

All boosters take the same number of rounds, and the number kept is the one with the lowest loss over the checked rows
of all folds together: one number chosen on all rows flatters the score far less than one number for each fold.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from engine.arrays import FloatArray
from engine.budget import Deadline
from engine.learners.base import Job
from engine.modalities.table.backend import load_lightgbm
from engine.modalities.table.target import Link
from engine.modalities.table.training import TrainingRows
from engine.task import Kind


@dataclass(frozen=True, slots=True)
class Growth:
    """How far a bag grows: at most ``rounds``, looked at each ``step``, until ``patience`` rounds bring nothing."""

    rounds: int
    patience: int = 100
    step: int = 10


@dataclass
class _Fold:
    """One booster. ``text`` stands for it before it is opened again and after the bag is done."""

    number: int
    rounds: int = 0
    exhausted: bool = False
    booster: Any = None
    text: str = ""
    places: Any = field(default=None, repr=False)


class Bag:
    """One booster for each checked fold of ``rows``."""

    def __init__(self, job: Job, rows: TrainingRows, link: Link, growth: Growth, params: Mapping[str, Any]) -> None:
        self.rows = rows
        self.link = link
        self.growth = growth
        self.params = {**base_params(job), **params}
        self.best_rounds = 0
        self.best_loss = np.inf
        self.done = False
        self._looked_at = 0
        self._predictions = np.full((len(rows.rows), job.task.outputs), np.nan)
        self._folds = [_Fold(number) for number in rows.checked]

    @property
    def ready(self) -> bool:
        """Whether there are predictions of all checked rows."""
        return self.best_rounds > 0

    @property
    def share(self) -> float:
        """How much of the most rounds is grown, 0..1."""
        return 1.0 if self.done else self._looked_at / self.growth.rounds

    def advance(self, deadline: Deadline) -> bool:
        """Grow until the deadline or until done; return whether a better number of rounds was found."""
        improved = False
        while not self.done and not deadline.expired:
            goal = min(self._looked_at + self.growth.step, self.growth.rounds)
            behind = next((fold for fold in self._folds if fold.rounds < goal and not fold.exhausted), None)
            if behind is None:
                improved = self._look(goal) or improved
            else:
                self._grow(behind, goal, deadline)
        return improved

    def _grow(self, fold: _Fold, goal: int, deadline: Deadline) -> None:
        if fold.booster is None:
            fold.booster = self._open(fold)
            fold.rounds = fold.booster.current_iteration()
        while fold.rounds < goal and not fold.exhausted and not deadline.expired:
            fold.exhausted = bool(fold.booster.update())
            fold.rounds = fold.booster.current_iteration()

    def _open(self, fold: _Fold) -> Any:
        lightgbm = load_lightgbm()
        learn, check = self.rows.learned_from(fold.number), self.rows.checked_on(fold.number)
        targets = self.link.raw_targets(self.rows.labels)
        earlier = lightgbm.Booster(model_str=fold.text) if fold.text else None
        train = lightgbm.Dataset(
            self.rows.numbers[learn],
            targets[learn],
            categorical_feature=self.rows.encoder.categories.tolist(),
            params=self.params,
            free_raw_data=earlier is None,
        )
        valid = train.create_valid(self.rows.numbers[check], targets[check], params=self.params)
        if earlier is None:
            booster = lightgbm.Booster(self.params, train)
            booster.add_valid(valid, "check")
        else:  # LightGBM goes on from an earlier model only by training at least one round
            booster = lightgbm.train(
                self.params, train, 1, valid_sets=[valid], init_model=earlier, keep_training_booster=True
            )
        fold.places, fold.text = check, ""
        return booster

    def _look(self, goal: int) -> bool:
        self._looked_at = goal
        predictions = np.full_like(self._predictions, np.nan)
        for fold in self._folds:
            booster = self._opened(fold)
            predictions[fold.places] = self._checked(booster)
        seen = np.isfinite(predictions[:, 0])
        loss = self.link.loss(self.rows.labels[seen], predictions[seen])
        improved = loss < self.best_loss
        if improved:
            self.best_loss, self.best_rounds, self._predictions = loss, goal, predictions
        exhausted = all(fold.exhausted for fold in self._folds)
        if goal >= self.growth.rounds or goal - self.best_rounds >= self.growth.patience or exhausted:
            self._close()
        return improved

    def _opened(self, fold: _Fold) -> Any:
        if fold.booster is None:
            fold.booster = self._open(fold)
            fold.rounds = fold.booster.current_iteration()
        return fold.booster

    def _checked(self, booster: Any) -> FloatArray:
        """Return the predictions of the checked rows that LightGBM keeps up to date while it trains."""
        caught: list[FloatArray] = []

        def catch(scores: FloatArray, _: object) -> tuple[str, float, bool]:
            caught.append(np.array(scores, dtype=np.float64))
            return "caught", 0.0, False

        booster.eval_valid(feval=catch)
        scores = caught[0].reshape(len(caught[0]), -1)
        if self.link.name == "sigmoid":
            return np.concatenate([1.0 - scores, scores], axis=1)
        return scores if self.link.name == "softmax" else self.link.apply(scores)

    def _close(self) -> None:
        self.done = True
        for fold in self._folds:
            fold.text, fold.booster = self._text(fold, self.best_rounds), None

    def _text(self, fold: _Fold, rounds: int = -1) -> str:
        if fold.booster is None:
            return fold.text
        text: str = fold.booster.model_to_string(num_iteration=rounds)
        return text

    def texts(self) -> list[str]:
        """Return the boosters at the best number of rounds, as LightGBM text models."""
        return [self._text(fold, self.best_rounds) for fold in self._folds]

    def validation(self) -> FloatArray:
        """Return the checked rows' predictions at the best number of rounds, [samples of the job, outputs]."""
        return self.rows.spread(self._predictions)

    def save(self, folder: Path) -> None:
        """Write the state into the new folder ``folder``."""
        folder.mkdir()
        for fold in self._folds:
            (folder / f"fold-{fold.number}.txt").write_text(self._text(fold), encoding="utf-8")
        state = {
            "best_rounds": self.best_rounds,
            "best_loss": None if np.isinf(self.best_loss) else self.best_loss,
            "looked_at": self._looked_at,
            "done": self.done,
            "rounds": [fold.rounds for fold in self._folds],
            "exhausted": [fold.exhausted for fold in self._folds],
        }
        np.savez(folder / "predictions.npz", predictions=self._predictions)
        (folder / "bag.json").write_text(json.dumps(state), encoding="utf-8")

    def restore(self, folder: Path) -> None:
        """Go on from :meth:`save`."""
        state = json.loads((folder / "bag.json").read_text(encoding="utf-8"))
        with np.load(folder / "predictions.npz", allow_pickle=False) as arrays:
            self._predictions = arrays["predictions"]
        self.best_rounds, self._looked_at, self.done = state["best_rounds"], state["looked_at"], state["done"]
        self.best_loss = np.inf if state["best_loss"] is None else state["best_loss"]
        for fold, rounds, exhausted in zip(self._folds, state["rounds"], state["exhausted"], strict=True):
            fold.rounds, fold.exhausted = rounds, exhausted
            fold.text = (folder / f"fold-{fold.number}.txt").read_text(encoding="utf-8") if rounds else ""


def base_params(job: Job) -> dict[str, Any]:
    """Return the LightGBM parameters that follow from the job, not from the learner's settings."""
    task = job.task
    if task.kind is Kind.REGRESSION:
        objective: dict[str, Any] = {"objective": "regression"}
    elif task.outputs == 2:
        objective = {"objective": "binary"}
    else:
        objective = {"objective": "multiclass", "num_class": task.outputs}
    return {
        **objective,
        "metric": "None",
        "seed": job.seed,
        "num_threads": job.threads,
        "deterministic": True,
        "force_row_wise": True,
        "feature_pre_filter": False,
        "verbosity": -1,
    }
