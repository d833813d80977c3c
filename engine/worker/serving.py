"""What is served: weighs candidates, publishes the model, writes the curve's predictions, scores the end.

Candidates are weighed by their out-of-sample predictions alone. Only one that is to be served has to answer the samples
never learned from too; it is served once it has.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from engine.arrays import FloatArray
from engine.curve import CONSTANT, Point
from engine.dataset import Dataset, Split
from engine.ensemble.leaderboard import Entrant, Lineup, fit_to_serve, line_up
from engine.ensemble.noise import better, checked
from engine.files import UNREADABLE, commit, read_json, write_json
from engine.metrics import Interval, all_scores, bootstrap, intervals, score
from engine.model.blend import blend
from engine.model.folder import Manifest, MemberRecord, annotate, publish, records
from engine.run.folder import RunFolder
from engine.run.predictions import write_predictions
from engine.run.tables import write_table
from engine.task import Task
from engine.transfer.guard import Contender, Judge, Verdict
from engine.worker.checkpoint import PARTS, Candidate, Checkpoint, mapped
from engine.worker.desk import Errand
from engine.worker.small import SmallKeeper, facts

_CURVE_CELLS = 4_000_000  # samples times outputs times points: as many are scored in about 0.4 s
_CURVE_POINTS = 50  # the most that are scored, evenly spaced, with
_LEAST_ROWS = 500  # so many samples each, if there are: a handful of rows tells little of many classes (1,000: 1 s)
_TOO_LATE = (
    "Something better was learned, but it could not answer all other samples in time, so it is not what is kept."
)
_UNTESTED = "There was no time to ask the model about the test part, so its score there is not known."
_UNPREDICTED = (
    "There was no time to predict the other samples with the model that is kept: what is in predictions/ comes from an "
    "earlier one. Predict them with: autodidact predict RUN DATA2 --out predictions.csv"
)


@dataclass
class Served:
    """What is served now, with its predictions on every part. ``cost_s`` is the time of an answer about one sample."""

    lineup: Lineup
    test: FloatArray
    predict: FloatArray
    moment: float  # active seconds at which it was on disk
    cost_s: float = 0.0
    facts: dict[str, Any] = field(default_factory=dict)


class Server:
    """Keeps the best model on disk at every moment. It sees labels of the test part only in :meth:`test_scores`.

    ``repeats`` names, of learners that repeat another one, the one that they repeat; ``withdrawn`` the version of
    each candidate that could not be asked.
    """

    def __init__(self, run: RunFolder, clock: Callable[[], float]) -> None:
        self.run, self.task, self._clock = run, run.task, clock
        dataset = run.dataset()
        self.train = dataset.part(Split.TRAIN)
        self._test = dataset.part(Split.TEST)
        self._to_predict = run.to_predict()
        self.labels = self.train.labels(self.task)
        most_ms = run.options.max_latency_ms
        self.most_s = np.inf if most_ms is None else most_ms / 1000.0
        self.repeats: Mapping[str, str] = {}
        self.withdrawn: dict[str, int] = {}
        self._candidates: dict[str, Candidate] = {}
        self._wanted: Lineup | None = None  # to be served as soon as all its members have answered
        self._held = False  # whether nothing else is to be served before
        self._aside: set[str] = set()  # learners whose candidates would answer too late
        self._unpredicted = False  # whether the samples to predict are not asked about any more
        self.served: Served | None = None
        self._judge = Judge(self.task, self.labels, self.train.folds)
        self.small = SmallKeeper(run, self.labels, self._alone, self._score)

    def forget_inputs(self) -> None:
        """Keep of the samples what serving asks for; the trainer has them whole, and twice may not fit."""
        self.train, self._test = self.train.without_inputs(), self._test.without_inputs()
        if self._to_predict is not None:
            self._to_predict = self._to_predict.without_inputs()

    @property
    def sizes(self) -> tuple[int, int]:
        """Samples of the training and of the test part."""
        return len(self.train), len(self._test)

    @property
    def parts(self) -> tuple[Dataset, Dataset]:
        """The training and the test part."""
        return self.train, self._test

    @property
    def has_learned(self) -> bool:
        """Whether more than the constant model is served."""
        return self.served is not None and set(self.served.lineup.weights) != {CONSTANT}

    @property
    def members(self) -> Mapping[str, float]:
        """Weights of the learners served together."""
        return self.served.lineup.weights if self.served is not None else {}

    @property
    def versions(self) -> Mapping[str, int]:
        """The newest candidate of each learner that was weighed."""
        return {learner: candidate.version for learner, candidate in self._candidates.items()}

    @property
    def leader(self) -> str:
        """The learner with the greatest weight in what is served."""
        assert self.served is not None
        return self.served.lineup.leader

    @property
    def waiting(self) -> bool:
        """Whether a better model is served once its members have answered, or the one served is to be measured."""
        return self._wanted is not None or bool(self._served_unmeasured())

    @property
    def asked(self) -> list[str]:
        """The learners whose candidates have still to answer until a better model is served."""
        wanted = self._wanted.weights if self._wanted is not None else ()
        return [learner for learner in wanted if self._candidates[learner].answers is None]

    def hold(self) -> Collection[str]:
        """Serve what is to be served before anything else, though others learn meanwhile; return who is part of it.

        These must not work on: what they are asked about would be another candidate.
        """
        self._held = self._wanted is not None
        return self._wanted.weights if self._wanted is not None else ()

    @property
    def predicts(self) -> bool:
        """Whether candidates are asked about samples to predict."""
        return self._to_predict is not None and not self._unpredicted

    def stop_predicting(self) -> None:
        """Serve from now on what has answered the test part alone, as the samples to predict would take too long."""
        self._unpredicted = True

    @property
    def aside(self) -> Collection[str]:
        """The learners that were set aside: nothing that they offer is served."""
        return self._aside

    def set_aside(self, learner: str) -> None:
        """Do without a learner, whose candidate would answer too late, so that others can be served."""
        self._aside.add(learner)
        self._wanted, self._held = None, False
        self._decide()

    @property
    def too_slow(self) -> str | None:
        """Say so when even the quickest model exceeds the time that an answer may take."""
        if self.served is None or self.served.cost_s <= self.most_s:
            return None
        return (
            f"No model answers within {1000 * self.most_s:g} ms on this computer, so the quickest is kept: it takes "
            f"{1000 * self.served.cost_s:.1f} ms for a sample."
        )

    @property
    def ids_to_predict(self) -> list[str]:
        """Ids of the samples to be predicted at every point."""
        return self._to_predict.ids if self._to_predict is not None else []

    # From a candidate to a point of the curve.

    def weigh(self, candidate: Candidate) -> bool:
        """Compare a new candidate with what is served; return whether a model with it is to be served.

        One that was checked on no sample at all, or answers with no numbers, is left where it is.
        """
        if not checked(candidate.validation).any():
            return False
        self._candidates[candidate.learner] = candidate
        if not self._held or (self._wanted is not None and candidate.learner in self._wanted.weights):
            self._decide()
        self._consider_as_small(candidate)
        return self._wanted is not None and candidate.learner in self._wanted.weights

    def _consider_as_small(self, candidate: Candidate) -> None:
        if not self.is_first_look(candidate.learner):
            self.small.consider(candidate)

    def begin_with(self, candidate: Candidate) -> None:
        """Serve a candidate that has answered, alone; whoever else is there is to be better."""
        self._candidates[candidate.learner] = candidate
        self._wanted, self._held = None, False  # whatever was to be served before is weighed anew against this
        self._serve(self._alone(candidate))
        if len(self._candidates) > 1:
            self._decide()

    def knows(self, candidate: Candidate) -> bool:
        """Tell whether a candidate was weighed, be it that it could not be asked."""
        known = self._candidates.get(candidate.learner)
        if known is None:
            return candidate.version <= self.withdrawn.get(candidate.learner, 0)
        return known.version == candidate.version

    def is_first_look(self, learner: str) -> bool:
        """Whether a learner's newest candidate has learned from too few samples to be served beside the others."""
        return not fit_to_serve(self._entrant(self._candidates[learner]), self._entrants(), self.train.folds)

    def errand(self) -> Errand | None:
        """Return what is to be done next so that a model can be served, or kept as the small one."""
        small = self.small.to_measure()
        unmeasured = [*self._served_unmeasured(), *([] if small is None else [small])]
        asked, job = self.asked, "answer_test" if self._unpredicted else "answer"
        if asked and not (self._held and unmeasured):  # a moment, beside answers that take long
            return Errand(job, asked[0])
        if unmeasured:
            return Errand("measure", unmeasured[0])
        kept = self.small.to_answer(len(self._test) + (len(self.ids_to_predict) if self.predicts else 0))
        if kept is None or kept.learner in self._aside or self.versions.get(kept.learner) != kept.version:
            return None
        return Errand(job, kept.learner)

    def carried_out(self, learner: str) -> None:
        """Take up what an errand brought."""
        candidate = Checkpoint(self.run.checkpoints_path, learner).candidate()
        assert candidate is not None
        self._candidates[learner] = candidate
        self.small.renewed(candidate)
        if self._paces_missing and not self._served_unmeasured():
            self._note_pace()

    @property
    def _paces_missing(self) -> bool:
        return self.has_learned and self.served is not None and self.served.facts.get("ms_per_sample") is None

    def _served_unmeasured(self) -> list[str]:
        """Return the learners whose members are served and whose pace nobody knows."""
        if self.served is None or not self._paces_missing:
            return []
        known = [self._candidates.get(learner) for learner in self.served.lineup.weights]
        return [candidate.learner for candidate in known if candidate is not None and candidate.pace is None]

    def _note_pace(self) -> None:
        """Say of the served model how quick it is, now that all its members were measured."""
        served = self.served
        assert served is not None
        if not set(served.lineup.weights) <= set(self._candidates):
            return  # one could not be asked, so nobody knows
        chosen = [self._candidates[learner] for learner in served.lineup.weights]
        pace = {"ms_per_sample": facts(chosen)["ms_per_sample"]}
        served.facts, served.cost_s = served.facts | pace, self._cost(served.lineup)
        annotate(self.run.model_path, pace)
        kept = read_json(self._memory / "served.json")
        write_json(self._memory / "served.json", kept | {"facts": served.facts, "cost_s": served.cost_s})

    def withdraw(self, learner: str) -> int:
        """Do without a learner's candidate, which could not be asked, in later sittings too; return its version."""
        candidate = self._candidates.pop(learner, None)
        if candidate is not None:
            self.withdrawn[learner] = candidate.version
        self.small.withdraw(learner)
        self._wanted, self._held = None, False
        if self._candidates:
            self._decide()
        return self.withdrawn.get(learner, 0)

    def serve_if_ready(self) -> bool:
        """Serve what is to be served if all its members have answered; return whether it is served now."""
        wanted = self._wanted
        if wanted is None or self.asked:
            return False
        held, self._wanted = self._held, None
        self._serve(wanted)
        if held:
            self._decide()  # what was learned meanwhile may be better yet
        return True

    def serve_unanswered(self) -> bool:
        """Serve the best though its members have not all answered; return whether there is anything.

        Whatever is held came before others only since it was being asked, which is over.
        """
        self._decide()
        wanted, self._wanted = self._wanted, None
        if wanted is None:
            return False
        self._serve(wanted)
        return True

    def left_unanswered(self) -> list[str]:
        """Say what there was no time to ask, of what is served or of something better; for the end only."""
        if self.served is None:
            return []
        missing = {
            _TOO_LATE: self._better_came_too_late(),
            _UNTESTED: _unanswered(self.served.test),
            _UNPREDICTED: _unanswered(self.served.predict),
        }
        return [sentence for sentence, is_so in missing.items() if is_so]

    def _better_came_too_late(self) -> bool:
        if self._aside:
            self._aside.clear()
            self._decide()
        return self._wanted is not None

    def _decide(self) -> None:
        self._held, self._wanted = False, None
        able = [entrant for entrant in self._entrants() if entrant.name not in self._aside]
        if able:
            lineup = line_up(self.task, self.labels, able, self.train.folds, self.most_s)
            self._wanted = lineup if self._deserves(lineup) else None

    def _deserves(self, lineup: Lineup) -> bool:
        """Tell whether a lineup should replace what is served: quick enough first, then better."""
        if self.served is None:
            return True
        new, old = self._cost(lineup), self.served.cost_s
        if self.has_learned and max(new, old) > self.most_s and new != old:
            return new < old
        return better(self.task, self.labels, lineup.validation, self.served.lineup.validation)

    def _cost(self, lineup: Lineup) -> float:
        """Return the seconds of an answer about one sample."""
        paces = [self._candidates[learner].pace for learner in lineup.weights]
        return sum(pace.single_s for pace in paces if pace is not None)

    def _entrants(self) -> list[Entrant]:
        """Return all candidates, without the constant one as soon as there is another."""
        real = [c for c in self._candidates.values() if c.record.kind != CONSTANT]
        return [self._entrant(candidate) for candidate in real or self._candidates.values()]

    def _alone(self, candidate: Candidate) -> Lineup:
        return line_up(self.task, self.labels, [self._entrant(candidate)], self.train.folds)

    def _entrant(self, candidate: Candidate) -> Entrant:
        cost = candidate.pace.single_s if candidate.pace is not None else 0.0
        return Entrant(candidate.learner, candidate.validation, cost, self.repeats.get(candidate.learner, ""))

    def own_score(self, learner: str) -> float:
        """Return the score of a learner's newest candidate alone."""
        return self._score(self._candidates[learner].validation)

    def own_interval(self, learner: str) -> Interval:
        """Return how sure that score is."""
        predictions = self._candidates[learner].validation
        rows = checked(predictions)
        return bootstrap(self.task.metric, self.labels[rows], predictions[rows])

    def verdicts(self, networks: Mapping[str, str], through: Collection[str]) -> Sequence[Verdict]:
        """Return what the newest candidates tell of pretrained networks.

        ``networks`` names that of each learner, empty for none; ``through`` are the learners that have done their work.
        """
        known = [(self._candidates[name], network) for name, network in networks.items() if name in self._candidates]
        return self._judge.verdicts(
            [Contender(c.learner, c.version, c.validation, network, c.learner in through) for c, network in known]
        )

    def _score(self, predictions: FloatArray) -> float:
        rows = checked(predictions)
        return score(self.task.metric, self.labels[rows], predictions[rows]) if rows.any() else 0.0

    def _serve(self, lineup: Lineup) -> None:
        chosen = [self._candidates[name] for name in lineup.weights]
        sizes = {"test": len(self._test), "predict": len(self.ids_to_predict)}
        test, predict = (self._blended(lineup, part, sizes[part]) for part in PARTS)
        self._unpredicted = self._unpredicted or _unanswered(predict)
        known = facts(chosen)
        info = {"score": self._score(lineup.validation), "metric": self.task.metric, "run": self.run.path.name, **known}
        parts: list[MemberRecord] = [c.record for c in chosen]
        manifest = Manifest(self.task, records(parts, lineup.weights), lineup.temperature, info)
        publish(self.run.model_path, manifest)
        self.served = Served(lineup, test, predict, round(self._clock(), 3), self._cost(lineup), known)
        self._remember(self.served)
        self.write_out()

    def _blended(self, lineup: Lineup, part: str, size: int) -> FloatArray:
        """Return what a lineup says of a part of so many samples; NaN where not all its members have answered."""
        answers = [self._candidates[name].answers for name in lineup.weights]
        given = [one for one in answers if one is not None]
        if len(given) < len(answers):
            return np.full((size, self.task.outputs), np.nan)
        weights = list(lineup.weights.values())
        return blend((one[part] for one in given), weights, lineup.temperature, self.task.kind)

    def write_out(self) -> None:
        """Write what is served says of each sample: beside the model, and for this point of the curve."""
        served = self.served
        assert served is not None
        write_table(self.run.model_path / "validation.parquet", self.task, self.train, served.lineup.validation)
        if self._to_predict is not None and not _unanswered(served.predict):
            path = self.run.predictions_path / f"{_milliseconds(served.moment)}.csv"
            write_predictions(path, self.task, self._to_predict.ids, served.predict)

    # What is served must survive the worker, also when newer candidates were not good enough to be served.

    @property
    def _memory(self) -> Path:
        return _memory(self.run)

    def _remember(self, served: Served) -> None:
        self._memory.mkdir(exist_ok=True)
        name, test_point = f"{_milliseconds(served.moment)}.npz", self._test_point(served.moment)
        with (self._memory / name).open("wb") as file:
            arrays = {"validation": served.lineup.validation, "test": served.test, "predict": served.predict}
            np.savez(file, allow_pickle=False, **arrays)
        np.save(test_point, served.test, allow_pickle=False)
        weights, temperature = dict(served.lineup.weights), served.lineup.temperature
        kept = {"arrays": name, "weights": weights, "temperature": temperature, "moment": served.moment}
        kept |= {"cost_s": served.cost_s, "facts": served.facts}
        commit(self._memory / "served.json", kept, self._memory / name, test_point)
        for old in self._memory.glob("*.npz"):
            if old.name != name:
                old.unlink()

    def _test_point(self, moment: float) -> Path:
        """Where the answers for the test part at one point of the curve wait; its labels are looked at in the end."""
        return self._memory / f"test-{_milliseconds(moment)}.npy"

    def recall(self) -> list[str]:
        """Take up what an earlier sitting of this run served, and every learner's newest candidate.

        What cannot be read, as after a power cut on a disk that kept less than it told, is done without: returned are
        sentences that say so.
        """
        told = []
        for folder in sorted(self.run.checkpoints_path.glob("[!.]*")):
            try:
                candidate = Checkpoint(self.run.checkpoints_path, folder.name).candidate()
            except UNREADABLE:
                told.append(f"{folder.name}: What it kept is damaged, so training goes on without it.")
                continue
            if candidate is None or candidate.version <= self.withdrawn.get(folder.name, 0):
                continue
            if checked(candidate.validation).any():
                self._candidates[folder.name] = candidate
        try:
            self.served = self._remembered()
            self._unpredicted = self.served is not None and _unanswered(self.served.predict)
        except UNREADABLE:
            told.append("What is known of the model served last is damaged, so the best is chosen anew.")
        if self._candidates:
            self._decide()  # one may have been cut off before it was served
        for candidate in self._candidates.values():
            self._consider_as_small(candidate)
        return told

    def _remembered(self) -> Served | None:
        if not (self._memory / "served.json").exists():
            return None
        kept = read_json(self._memory / "served.json")
        with (self._memory / kept["arrays"]).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            lineup = Lineup(kept["weights"], kept["temperature"], arrays["validation"])
            parts = [arrays[part] for part in PARTS]
        return Served(lineup, parts[0], parts[1], float(kept["moment"]), float(kept["cost_s"]), kept["facts"])

    @property
    def rows_checked(self) -> int:
        """Return on how many samples the served model's validation score rests."""
        return int(checked(self.served.lineup.validation).sum()) if self.served is not None else 0

    def standing(self) -> tuple[float, Interval, dict[str, float]]:
        """Return the served model's validation score, its interval and all its metrics."""
        assert self.served is not None
        judged = _judged(self.task, self.labels, self.served.lineup.validation)
        score, interval = judged[self.task.metric]
        return score, interval, {name: value for name, (value, _) in judged.items()}

    def validation_scores(self) -> dict[str, Any]:
        """Return every metric of the served model on out-of-sample validation rows, with intervals."""
        assert self.served is not None
        return _with_intervals(self.task, self.labels, self.served.lineup.validation)

    def test_scores(self) -> dict[str, Any] | None:
        """Score the served model on the untouched part, once, at the end; None when there is none, or no answers."""
        assert self.served is not None
        if len(self._test) == 0 or _unanswered(self.served.test):
            return None
        write_table(self.run.model_path / "test.parquet", self.task, self._test, self.served.test)
        return _with_intervals(self.task, self._test.labels(self.task), self.served.test)

    def test_curve(self, curve: Sequence[Point]) -> list[Point]:
        """Return the curve with the score on the untouched part at each of its points; for the end only.

        Of very many points some are scored, the first and the last among them. Of very many answers a random part is
        scored at all of these but the last, the smaller the more points there are. Answers that are no numbers do not
        count.
        """
        labels, points = self._test.labels(self.task), []
        known = [(point, self._test_point(point.active_s)) for point in curve]
        known = [(point, path) for point, path in known if path.exists()]
        if len(known) > _CURVE_POINTS:
            known = [known[place] for place in np.linspace(0, len(known) - 1, _CURVE_POINTS).round().astype(int)]
        few = whole = np.arange(len(labels))
        most = max(_LEAST_ROWS, _CURVE_CELLS // (self.task.outputs * max(1, len(known))))
        if len(whole) > most:
            few = np.sort(np.random.default_rng(0).choice(whole, most, replace=False))
        for point, path in known:
            rows = few if point is not known[-1][0] else whole
            try:
                predictions = mapped(path)[rows]
            except UNREADABLE:  # a power cut tore it: the curve does with a point less
                continue
            told = checked(predictions)
            if told.any():
                value = score(self.task.metric, labels[rows][told], predictions[told])
                points.append(Point(point.active_s, value, point.learner))
        return points

    def small_facts(self) -> dict[str, Any] | None:
        """Return who the small model is, how good, how large and how quick; None where there is none."""
        kept = self.small.kept
        if kept is None:
            return None
        answers = kept.candidate.answers
        scores: dict[str, Any] = {
            "validation": _with_intervals(self.task, self.labels, kept.lineup.validation),
            "test": None,
        }
        if answers is not None and len(self._test):
            calibrated = blend([answers["test"]], [1.0], kept.lineup.temperature, self.task.kind)
            scores["test"] = _with_intervals(self.task, self._test.labels(self.task), calibrated)
        return {"member": kept.candidate.learner, "scores": scores, **facts([kept.candidate])}

    def discard(self) -> None:
        """Throw the model and all checkpoints away."""
        self._candidates.clear()  # Windows removes no file that is mapped
        self.small.forget()
        for folder in (self.run.model_path, self.run.small_path, self.run.checkpoints_path, self.run.predictions_path):
            shutil.rmtree(folder, ignore_errors=True)
        self.served = None


def tidy(run: RunFolder) -> None:
    """Remove what only a run that goes on would read; candidates stay, since exporters look at what they said."""
    for folder in (_memory(run), *run.checkpoints_path.glob("*/state-*")):
        shutil.rmtree(folder, ignore_errors=True)


def _memory(run: RunFolder) -> Path:
    """Where what is served is kept for the next sitting."""
    return run.checkpoints_path / ".served"


def _milliseconds(moment: float) -> int:
    return round(moment * 1000)


def _unanswered(answers: FloatArray) -> bool:
    """Whether there are samples, and of none of them an answer."""
    return len(answers) > 0 and not checked(answers).any()


def _judged(task: Task, labels: FloatArray, predictions: FloatArray) -> dict[str, tuple[float, Interval]]:
    """Return every metric with its interval over the rows that have a prediction; none where there is no such row."""
    rows = checked(predictions)
    if not rows.any():
        return {}
    labels, predictions = labels[rows], predictions[rows]
    scores = all_scores(task, labels, predictions)
    around = intervals(scores, labels, predictions)
    return {name: (value, around[name]) for name, value in scores.items()}


def _with_intervals(task: Task, labels: FloatArray, predictions: FloatArray) -> dict[str, Any]:
    return {
        name: {"value": value, "low": interval.low, "high": interval.high}
        for name, (value, interval) in _judged(task, labels, predictions).items()
    }
