"""A bag of LightGBM boosters, one for each checked fold, grown in lockstep so that it can be stopped at any time.

Where a sample may have any number of classes, a round is a tree for each class, and the classes share the fold's data.
LightGBM has no such objective, so its gradients are given here, and what all trees start from is added to the first.

All boosters take the same number of rounds, and the number kept is the one with the lowest loss over the checked rows
of all folds together: one number chosen on all rows flatters the score far less than one number for each fold.

A restart changes nothing. What LightGBM draws at random (columns, thresholds of random splits, and rows where each
round draws some) is seeded anew at each step by the number of rounds, a booster is kept as it was at its last step, and
LightGBM goes on from there with the very same sums.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock
from typing import Any

import numpy as np

from engine.arrays import FloatArray
from engine.budget import Deadline
from engine.learners.base import Job
from engine.modalities.table.backend import load_lightgbm, quiet_thread
from engine.modalities.table.means import MeanColumns, places
from engine.modalities.table.target import Link
from engine.modalities.table.threads import work_until
from engine.modalities.table.training import TrainingRows, at_once
from engine.task import Kind

# Below, several threads wait for each other longer than they work, above all on a busy machine.
_SMALL_CELLS = 500_000

# So many draws of columns and thresholds without a split, and a booster is taken to have learned all it can.
_DRAWS = 20

# LightGBM seeds the drawing of rows anew only where their share changes, by however little.
_NEARLY = 1.0 - 1e-6


# The gradient and the second derivative [n, K] at log-odds [n, K]; LightGBM gives its data set too.
Slope = Callable[[FloatArray, object], tuple[FloatArray, FloatArray]]


@dataclass(frozen=True, slots=True)
class Growth:
    """How far a bag grows: at most ``rounds``, looked at each ``step``, until ``patience`` rounds bring nothing."""

    rounds: int
    patience: int = 100
    step: int = 10


@dataclass
class _Fold:
    """One booster. ``text`` stands for it before it is opened again and after the bag is done.

    ``looks`` are the predictions of the checked rows at each step that the bag has not looked at yet. ``means`` are
    the mean columns that it sees, None before they are first asked for.
    """

    number: int
    rounds: int = 0
    exhausted: bool = False
    busy: bool = False
    booster: Any = None
    slope: Slope | None = None
    text: str = ""
    looks: dict[int, FloatArray] = field(default_factory=dict, repr=False)
    means: MeanColumns | None = None

    @property
    def name(self) -> str:
        """What its files are called."""
        return f"fold_{self.number}_0"


class Bag:
    """One booster for each checked fold of ``rows``, several grown at once.

    ``with_means`` shows them what the target mostly is with each value of categories that have many.
    """

    def __init__(
        self,
        job: Job,
        rows: TrainingRows,
        link: Link,
        growth: Growth,
        params: Mapping[str, Any],
        with_means: bool = False,
    ) -> None:
        self.job = job
        self.rows = rows
        self.link = link
        self.growth = growth
        self.best_rounds = 0
        self.best_loss = np.inf
        self.done = False
        self._folds = [_Fold(number) for number in rows.checked]
        self._threads = at_once(job, len(self._folds))
        small = rows.numbers.size < _SMALL_CELLS
        each = 1 if small else max(1, job.threads // self._threads)
        self._params = {**base_params(job), "num_threads": each, **params}
        self._targets = link.raw_targets(rows.labels)
        self._with_means = with_means
        self._looked_at = 0
        self._predictions = np.full((len(rows.rows), job.task.outputs), np.nan)
        self._lock = Lock()

    @property
    def share(self) -> float:
        """How much of the most rounds is grown, 0..1."""
        return 1.0 if self.done else self._looked_at / self.growth.rounds

    def advance(self, deadline: Deadline) -> bool:
        """Grow until the deadline or until done; return whether a better number of rounds was found."""
        best_before = self.best_rounds
        if not self.done:
            work_until(deadline, self._work, self._threads)
        if self.done:
            self._close()
        return self.best_rounds != best_before

    def _work(self, stop: Event) -> None:
        quiet_thread()
        while not (stop.is_set() or self.done):
            with self._lock:
                fold = self._most_behind()
                if fold is None:
                    return
                fold.busy = True
            try:
                self._grow(fold, stop)
            finally:
                fold.busy = False
            with self._lock:
                self._look()

    def _most_behind(self) -> _Fold | None:
        waiting = [fold for fold in self._folds if not fold.busy and self._may_grow(fold)]
        return min(waiting, key=lambda fold: fold.rounds, default=None)

    def _may_grow(self, fold: _Fold) -> bool:
        return not fold.exhausted and fold.rounds < self.growth.rounds

    def _grow(self, fold: _Fold, stop: Event) -> None:
        """Grow one fold to its next step, and note its predictions there."""
        goal = min((fold.rounds // self.growth.step + 1) * self.growth.step, self.growth.rounds)
        if fold.booster is None:
            self._open(fold)
        elif fold.rounds % self.growth.step == 0:
            self._seed_anew(fold)
        while self._may_grow(fold) and fold.rounds < goal:
            fold.exhausted = _is_through(fold)
            fold.rounds = fold.booster.current_iteration()
            if stop.is_set():
                break
        if fold.rounds == goal or fold.exhausted:
            seen = self._checked(fold.booster)
            with self._lock:  # others look through what all folds have reached
                fold.looks[goal] = seen

    def _open(self, fold: _Fold) -> None:
        lightgbm = load_lightgbm()
        learn, check = self.rows.learned_from(fold.number), self.rows.checked_on(fold.number)
        targets = self._targets[learn]
        if self.link.many:
            fold.slope = _slope_of(targets)
        earlier = lightgbm.Booster(model_str=fold.text) if fold.text else None
        columns = earlier.num_feature() if earlier is not None else None  # one of an older program knows no means
        means, own = self._learned_means(fold)
        params = {**self._params, **self._seeds(fold.rounds)}
        begin = _log_odds(targets) if self.link.many and earlier is None else None
        train = lightgbm.Dataset(
            _side_by_side(self.rows.numbers[learn], own)[:, :columns],
            None if self.link.many else targets,
            init_score=_of_each(begin, len(learn)),
            categorical_feature=self.rows.encoder.categories.tolist(),
            params=params,
            free_raw_data=earlier is None,
        )
        valid = train.create_valid(
            means.beside(self.rows.numbers[check])[:, :columns],
            None if self.link.many else self._targets[check],
            init_score=_of_each(begin, len(check)),
            params=params,
        )
        if earlier is None:
            fold.booster = lightgbm.Booster(params, train)
            fold.booster.add_valid(valid, "check")
            if begin is not None:
                fold.booster.update(fobj=fold.slope)
                _add_to_first(fold.booster, begin)
        else:  # LightGBM goes on from an earlier model only by training at least one round
            asked = params if fold.slope is None else {**params, "objective": fold.slope}
            fold.booster = lightgbm.train(
                asked, train, 1, valid_sets=[valid], init_model=earlier, keep_training_booster=True
            )
            train.data = valid.data = None  # the numbers themselves, which are of no more use
            if fold.booster.current_iteration() == fold.rounds:  # that round found nothing to split
                fold.exhausted = _is_through(fold, _DRAWS - 1)
        fold.rounds, fold.text = fold.booster.current_iteration(), ""

    def _seed_anew(self, fold: _Fold) -> None:
        """Have the rounds to the next step draw as they would after a restart.

        LightGBM draws columns whenever anything is set, so the seeds come last, but for what a restart sets after them.
        """
        now: dict[str, float] = {**self._seeds(fold.rounds)}
        if (share := float(self._params.get("bagging_fraction", 1.0))) < 1.0:
            fold.booster.reset_parameter({"bagging_fraction": _NEARLY * share})
            now["bagging_fraction"] = share
        fold.booster.reset_parameter(now)
        if fold.slope is not None:
            fold.booster.reset_parameter({"objective": "none"})

    def _seeds(self, rounds: int) -> dict[str, int]:
        """Return what the rounds from ``rounds`` to the next step draw by."""
        seed = (int(self._params["seed"]) * 1_000_003 + rounds) % 2**31
        return {"feature_fraction_seed": seed, "extra_seed": seed, "bagging_seed": seed}

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

    def _look(self) -> None:
        """Judge every step that all folds have reached; an exhausted fold stays as it is."""
        while not self.done:
            goal = min(self._looked_at + self.growth.step, self.growth.rounds)
            if not all(goal in fold.looks or (fold.exhausted and fold.looks) for fold in self._folds):
                return
            self._judge(goal)
            for fold in self._folds:
                fold.looks = {step: seen for step, seen in fold.looks.items() if step > goal or fold.exhausted}

    def _judge(self, goal: int) -> None:
        self._looked_at = goal
        predictions = np.full_like(self._predictions, np.nan)
        for fold in self._folds:
            predictions[self.rows.checked_on(fold.number)] = fold.looks.get(goal, fold.looks[max(fold.looks)])
        seen = np.isfinite(predictions[:, 0])
        loss = self.link.loss(self.rows.labels[seen], predictions[seen])
        if loss < self.best_loss:
            self.best_loss, self.best_rounds, self._predictions = loss, goal, predictions
        exhausted = all(fold.exhausted and goal >= max(fold.looks) for fold in self._folds)
        self.done = goal >= self.growth.rounds or goal - self.best_rounds >= self.growth.patience or exhausted

    def _close(self) -> None:
        for fold in self._folds:
            fold.text, fold.booster = _text(fold, self.best_rounds), None
            fold.rounds = min(fold.rounds, self.best_rounds)
            fold.looks.clear()

    def texts(self) -> list[str]:
        """Return the boosters at the best number of rounds, as LightGBM text models, fold by fold."""
        return [_text(fold, self.best_rounds) for fold in self._folds]

    def means(self) -> list[MeanColumns]:
        """Return the mean columns that the boosters see, fold by fold.

        They are learned once, as that takes seconds where classes and values are many, and this is asked for at each
        candidate that is offered.
        """
        return [self._learned_means(fold)[0] if fold.means is None else fold.means for fold in self._folds]

    def _learned_means(self, fold: _Fold) -> tuple[MeanColumns, FloatArray]:
        """Learn a fold's mean columns from all rows of others; return the numbers of those it learns from, too."""
        if not self._with_means:
            fold.means = MeanColumns({})
            return fold.means, np.empty((len(self.rows.learned_from(fold.number)), 0))
        others = np.flatnonzero(self.rows.folds != fold.number)
        classes = self.job.task.outputs if self.link.name == "softmax" else 0
        fold.means, numbers = MeanColumns.fit(
            self.rows.encoder, self.rows.numbers, others, self._targets[others], classes, abs(self.job.seed)
        )
        return fold.means, numbers[self.rows.shown[others]]

    def _widths(self) -> tuple[int, int]:
        """Return how many columns a booster may have learned from: without those of means, and with them."""
        rows, columns = self.rows.numbers.shape
        return columns, columns + (len(places(self.rows.encoder, rows)) if self._with_means else 0)

    def validation(self) -> FloatArray:
        """Return the checked rows' predictions at the best number of rounds, [samples of the job, outputs]."""
        return self.rows.spread(self._predictions)

    def save(self, folder: Path) -> None:
        """Write the state into the new folder ``folder``."""
        folder.mkdir()
        arrays = {"best": self._predictions}
        for fold in self._folds:
            (folder / f"{fold.name}.txt").write_text(_text(fold, self._at_step(fold)), encoding="utf-8")
            arrays |= {f"{fold.name}-{step}": seen for step, seen in fold.looks.items()}
        np.savez(folder / "predictions.npz", **arrays)  # type: ignore[arg-type]
        state = {
            "best_rounds": self.best_rounds,
            "best_loss": self.best_loss if self.best_rounds else None,
            "looked_at": self._looked_at,
            "done": self.done,
            "rounds": [self._at_step(fold) for fold in self._folds],
            "exhausted": [fold.exhausted for fold in self._folds],
        }
        (folder / "bag.json").write_text(json.dumps(state), encoding="utf-8")

    def _at_step(self, fold: _Fold) -> int:
        """Return how many rounds are kept of a fold: those up to its last step, or all once there are no more."""
        ended = self.done or not self._may_grow(fold)
        return fold.rounds if ended else fold.rounds - fold.rounds % self.growth.step

    def restore(self, folder: Path) -> None:
        """Go on from :meth:`save`."""
        state = json.loads((folder / "bag.json").read_text(encoding="utf-8"))
        if len(state["rounds"]) != len(self._folds):  # an older program grew a booster for each class: begin anew
            return
        with np.load(folder / "predictions.npz", allow_pickle=False) as stored:
            arrays = dict(stored)
        if len(arrays["best"]) != len(self._predictions):  # an older program checked all rows of a fold: begin anew
            return
        texts = [(folder / f"{fold.name}.txt").read_text(encoding="utf-8") for fold in self._folds]
        if not all(_columns_of(text) in {None, *self._widths()} for text in texts):  # by another rule: begin anew
            return
        self.best_rounds, self._looked_at, self.done = state["best_rounds"], state["looked_at"], state["done"]
        self.best_loss = np.inf if state["best_loss"] is None else state["best_loss"]
        for fold, text, rounds, exhausted in zip(self._folds, texts, state["rounds"], state["exhausted"], strict=True):
            fold.text, fold.rounds, fold.exhausted = text, rounds, exhausted
        by_name = {fold.name: fold for fold in self._folds}
        self._predictions = arrays["best"]
        for name, seen in arrays.items():
            fold_name, _, step = name.partition("-")
            if step:
                by_name[fold_name].looks[int(step)] = seen


def _columns_of(text: str) -> int | None:
    """Return how many columns a booster has learned from, None where there is none yet."""
    found = re.search(r"^max_feature_idx=(\d+)$", text, re.MULTILINE)
    return int(found[1]) + 1 if found is not None else None


def _side_by_side(numbers: FloatArray, own: FloatArray) -> FloatArray:
    """Return numbers with columns of their own behind them; where there are none, they are not copied."""
    return np.concatenate([numbers, own], axis=1) if own.shape[1] else numbers


def _is_through(fold: _Fold, draws: int = _DRAWS) -> bool:
    """Grow a round; return whether none of ``draws`` draws of columns and thresholds had anything to split.

    They are made in one go, so that where a slice ends changes nothing.
    """
    before = fold.booster.current_iteration()
    for _ in range(draws):
        fold.booster.update(fobj=fold.slope)
        if fold.booster.current_iteration() > before:
            return False
    return True


def _slope_of(targets: FloatArray) -> Slope:
    """Return how the log-losses of classes, of which a row may have any number, change with the log-odds."""

    def slope(odds: FloatArray, _: object) -> tuple[FloatArray, FloatArray]:
        shares = 1.0 / (1.0 + np.exp(-np.clip(odds, -700.0, 700.0)))
        return shares - targets.reshape(odds.shape), shares * (1.0 - shares)

    return slope


def _log_odds(targets: FloatArray) -> FloatArray:
    """Return the log-odds of each class [K] among targets [n, K]."""
    shares = (targets.sum(axis=0) + 0.5) / (len(targets) + 1.0)
    return np.asarray(np.log(shares / (1.0 - shares)))


def _of_each(begin: FloatArray | None, count: int) -> FloatArray | None:
    """Return what ``count`` rows start from, [count, classes], or [count] as LightGBM wants it of a single class."""
    if begin is None:
        return None
    return np.full(count, begin[0]) if len(begin) == 1 else np.tile(begin, (count, 1))


def _add_to_first(booster: Any, odds: FloatArray) -> None:
    """Add to each leaf of each class's first tree what all rows started from, which LightGBM does not write."""
    leaves = re.findall(r"^num_leaves=(\d+)$", booster.model_to_string(num_iteration=1), re.MULTILINE)
    for tree, (count, start) in enumerate(zip(leaves, odds, strict=True)):
        for leaf in range(int(count)):
            booster.set_leaf_output(tree, leaf, booster.get_leaf_output(tree, leaf) + start)


def _text(fold: _Fold, rounds: int) -> str:
    """Return the fold's booster as it was after ``rounds``, all of it where it has fewer; nothing for no rounds."""
    if fold.booster is None and (rounds >= fold.rounds or not fold.text):
        return fold.text
    if not rounds:
        return ""
    booster = fold.booster or load_lightgbm().Booster(model_str=fold.text)
    text: str = booster.model_to_string(num_iteration=rounds)
    return text


def base_params(job: Job) -> dict[str, Any]:
    """Return the LightGBM parameters that follow from the job, not from the learner's settings."""
    task = job.task
    if task.kind is Kind.REGRESSION:
        objective: dict[str, Any] = {"objective": "regression"}
    elif task.kind is Kind.MULTILABEL:
        objective = {"objective": "custom", "num_class": task.outputs}
    elif task.outputs == 2:
        objective = {"objective": "binary"}
    else:
        objective = {"objective": "multiclass", "num_class": task.outputs}
    return {
        **objective,
        "metric": "None",
        "seed": job.seed,
        "deterministic": True,
        "force_row_wise": True,
        "feature_pre_filter": False,
        "verbosity": -1,
    }
