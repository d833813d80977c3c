"""What is served: weighs candidates, publishes the model, writes the curve's predictions, scores the end."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.arrays import FloatArray
from engine.curve import Point
from engine.dataset import Split
from engine.ensemble.leaderboard import Entrant, Lineup, line_up
from engine.ensemble.noise import better, checked
from engine.files import read_json, write_json
from engine.metrics import Interval, all_scores, bootstrap, score
from engine.model.blend import blend
from engine.model.folder import Manifest, MemberRecord, publish, records
from engine.run.folder import RunFolder
from engine.run.predictions import write_predictions
from engine.run.tables import write_table
from engine.task import Task
from engine.worker.checkpoint import Candidate, Checkpoint


@dataclass(frozen=True)
class Verdict:
    """How a candidate did. ``score`` is its own, ``served`` whether the served model changed because of it."""

    learner: str
    score: float
    interval: Interval
    served: bool


@dataclass
class Served:
    """What is served now, with its predictions on every part."""

    lineup: Lineup
    test: FloatArray
    predict: FloatArray
    moment: float  # active seconds at which it was on disk


class Server:
    """Keeps the best model on disk at every moment. It sees labels of the test part only in :meth:`test_scores`."""

    def __init__(self, run: RunFolder, clock: Callable[[], float]) -> None:
        self.run, self.task, self._clock = run, run.task, clock
        dataset = run.dataset()
        self.train = dataset.part(Split.TRAIN)
        self._test = dataset.part(Split.TEST)
        self._to_predict = run.to_predict()
        self.labels = self.train.labels(self.task)
        self._candidates: dict[str, Candidate] = {}
        self.served: Served | None = None

    @property
    def sizes(self) -> tuple[int, int]:
        """Samples of the training and of the test part."""
        return len(self.train), len(self._test)

    @property
    def has_learned(self) -> bool:
        """Whether more than the constant model is served."""
        return self.served is not None and set(self.served.lineup.weights) != {"constant"}

    @property
    def ids_to_predict(self) -> list[str]:
        """Ids of the samples to be predicted at every point."""
        return self._to_predict.ids if self._to_predict is not None else []

    def add(self, candidate: Candidate) -> Verdict:
        """Compare a new candidate with what is served; serve the ensemble with it where that is better."""
        self._candidates[candidate.learner] = candidate
        lineup = line_up(self.task, self.labels, self._entrants(), self.train.folds)
        served = self.served is None or better(self.task, self.labels, lineup.validation, self.served.lineup.validation)
        if served:
            self._serve(lineup)
        rows = checked(candidate.validation)
        own = self._score(candidate.validation)
        interval = bootstrap(self.task.metric, self.labels[rows], candidate.validation[rows])
        return Verdict(candidate.learner, own, interval, served)

    def _entrants(self) -> list[Entrant]:
        """Return all candidates, without the constant one as soon as there is another."""
        real = [c for c in self._candidates.values() if c.record.kind != "constant"]
        return [Entrant(c.learner, c.validation) for c in real or self._candidates.values()]

    def _score(self, predictions: FloatArray) -> float:
        rows = checked(predictions)
        return score(self.task.metric, self.labels[rows], predictions[rows]) if rows.any() else 0.0

    def _serve(self, lineup: Lineup) -> None:
        chosen = [self._candidates[name] for name in lineup.weights]
        weights = list(lineup.weights.values())

        def together(part: list[FloatArray]) -> FloatArray:
            return blend(part, weights, lineup.temperature, self.task.kind)

        test, predict = together([c.test for c in chosen]), together([c.predict for c in chosen])
        info = {"score": self._score(lineup.validation), "metric": self.task.metric, "run": self.run.path.name}
        parts: list[MemberRecord] = [c.record for c in chosen]
        manifest = Manifest(self.task, records(parts, lineup.weights), lineup.temperature, info)
        publish(self.run.model_path, manifest)
        self.served = Served(lineup, test, predict, round(self._clock(), 3))
        self._remember(self.served)
        write_table(self.run.model_path / "validation.parquet", self.task, self.train, lineup.validation)
        self._write_predictions(self.served)

    def _write_predictions(self, served: Served) -> None:
        if self._to_predict is not None:
            path = self.run.predictions_path / f"{_milliseconds(served.moment)}.csv"
            write_predictions(path, self.task, self._to_predict.ids, served.predict)

    # What is served must survive the worker, also when newer candidates were not good enough to be served.

    @property
    def _memory(self) -> Path:
        return self.run.checkpoints_path / ".served"

    def _remember(self, served: Served) -> None:
        self._memory.mkdir(parents=True, exist_ok=True)
        name = f"{_milliseconds(served.moment)}.npz"
        with (self._memory / name).open("wb") as file:
            arrays = {"validation": served.lineup.validation, "test": served.test, "predict": served.predict}
            np.savez(file, allow_pickle=False, **arrays)
        np.save(self._test_point(served.moment), served.test, allow_pickle=False)
        weights, temperature = dict(served.lineup.weights), served.lineup.temperature
        facts = {"arrays": name, "weights": weights, "temperature": temperature, "moment": served.moment}
        write_json(self._memory / "served.json", facts)
        for old in self._memory.glob("*.npz"):
            if old.name != name:
                old.unlink()

    def _test_point(self, moment: float) -> Path:
        """Where the answers for the test part at one point of the curve wait; its labels are looked at in the end."""
        return self._memory / f"test-{_milliseconds(moment)}.npy"

    def recall(self) -> None:
        """Take up what an earlier sitting of this run served, and every learner's newest candidate."""
        for folder in sorted(self.run.checkpoints_path.glob("[!.]*")):
            candidate = Checkpoint(self.run.checkpoints_path, folder.name).candidate()
            if candidate is not None:
                self._candidates[folder.name] = candidate
        if not (self._memory / "served.json").exists():
            return
        facts = read_json(self._memory / "served.json")
        with np.load(self._memory / facts["arrays"], allow_pickle=False) as arrays:
            lineup = Lineup(facts["weights"], facts["temperature"], arrays["validation"])
            self.served = Served(lineup, arrays["test"], arrays["predict"], facts["moment"])

    @property
    def rows_checked(self) -> int:
        """Return on how many samples the served model's validation score rests."""
        return int(checked(self.served.lineup.validation).sum()) if self.served is not None else 0

    def standing(self) -> tuple[float, Interval, dict[str, float]]:
        """Return the served model's validation score, its interval and all its metrics."""
        assert self.served is not None
        predictions = self.served.lineup.validation
        rows = checked(predictions)
        labels, predictions = self.labels[rows], predictions[rows]
        metrics = all_scores(self.task, labels, predictions)
        return metrics[self.task.metric], bootstrap(self.task.metric, labels, predictions), metrics

    def validation_scores(self) -> dict[str, Any]:
        """Return every metric of the served model on out-of-sample validation rows, with intervals."""
        assert self.served is not None
        rows = checked(self.served.lineup.validation)
        return _with_intervals(self.task, self.labels[rows], self.served.lineup.validation[rows])

    def test_scores(self) -> dict[str, Any] | None:
        """Score the served model on the untouched part, once, at the end; None when there is none."""
        assert self.served is not None
        if len(self._test) == 0:
            return None
        write_table(self.run.model_path / "test.parquet", self.task, self._test, self.served.test)
        return _with_intervals(self.task, self._test.labels(self.task), self.served.test)

    def test_curve(self, curve: Sequence[Point]) -> list[Point]:
        """Return the curve with the score on the untouched part at each of its points; for the end only."""
        labels, points = self._test.labels(self.task), []
        for point in curve:
            path = self._test_point(point.active_s)
            if path.exists():
                value = score(self.task.metric, labels, np.load(path, allow_pickle=False))
                points.append(Point(point.active_s, value, point.learner))
        return points

    def discard(self) -> None:
        """Throw the model and all checkpoints away."""
        for folder in (self.run.model_path, self.run.checkpoints_path, self.run.predictions_path):
            shutil.rmtree(folder, ignore_errors=True)
        self.served = None


def _milliseconds(moment: float) -> int:
    return round(moment * 1000)


def _with_intervals(task: Task, labels: FloatArray, predictions: FloatArray) -> dict[str, Any]:
    scores = {}
    for name, value in all_scores(task, labels, predictions).items():
        interval = bootstrap(name, labels, predictions)
        scores[name] = {"value": value, "low": interval.low, "high": interval.high}
    return scores
