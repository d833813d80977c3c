"""The first model, and a strong one: linear models on n-grams, cross-validated, the folds' weights averaged."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from typing_extensions import override

from engine.arrays import FloatArray, IntArray
from engine.budget import Deadline
from engine.errors import DataError
from engine.heads.order import stratified_order
from engine.learners.base import Job, Learner, Progress
from engine.modalities.text import solver
from engine.modalities.text.members.ngrams import NgramsMember, design
from engine.modalities.text.ngrams import Family, Vocabulary, count
from engine.modalities.text.samples import TextSamples
from engine.modalities.text.tokens import Tokens

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_STEPS = 100
_WEIGHTS = 30_000_000  # numbers in the weights of a fold
_FEATURES = 400_000
_RARE_FROM = 1500  # texts from which on a feature must occur twice
_FIRST_CHARACTERS, _FEWEST_FIRST = 300_000, 100  # about what is learned from in half a second
_ANSWERS, _STATE = "answers.npy", "state.json"


@dataclass(frozen=True, eq=False)
class _Problem:
    """The texts ``rows`` of the job as sparse features, and what they should answer."""

    rows: IntArray
    vocabularies: tuple[Vocabulary, ...]
    matrix: csr_array[np.float32]
    transposed: csr_array[np.float32]
    targets: FloatArray
    middle: float = 0.0
    spread: float = 1.0


@dataclass(frozen=True, eq=False)
class _Result:
    """Averaged weights [m, K] and bias [K], and the answers [rows, outputs] of the texts checked on."""

    weight: FloatArray
    bias: FloatArray
    answers: FloatArray
    loss: float


class Ngrams(Learner):
    """Fits on the first texts, then on all with each of the penalties, while that pays.

    Settings: ``words``, the longest run of words counted; ``pieces``, the shortest and longest run of characters within
    a word (absent: none); ``present``, whether it counts only that a feature is there, not how often; ``bayes``, that
    too, and whether features are weighed by their log-count ratios; ``penalties``, tried in this order; ``first``, how
    many texts are looked at before all (0: all at once), fewer of long ones.
    """

    kind: ClassVar[str] = "text.ngrams"

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        super().__init__(job, settings)
        assert isinstance(job.samples, TextSamples)
        self.samples = job.samples
        self._order = stratified_order(job)
        self._bayes = bool(settings.get("bayes", False))
        self._penalties = [float(penalty) for penalty in settings["penalties"]]
        self._member: NgramsMember | None = None
        self._answers = np.full((len(job.labels), job.task.outputs), np.nan)
        self._loss = np.inf
        self._stage = 0  # stages that are over: the first texts, then one for each penalty
        self._work: Generator[bool, None, None] | None = None

    @property
    def families(self) -> tuple[Family, ...]:
        """The n-grams that are counted."""
        present = self._bayes or bool(self.settings.get("present", False))
        families = [Family(False, 1, int(self.settings.get("words", 2)), present)]
        pieces = self.settings.get("pieces")
        if pieces:
            families.append(Family(True, int(pieces[0]), int(pieces[1]), present))
        return tuple(families)

    @property
    def _stages(self) -> int:
        return 1 + len(self._penalties)

    @override
    def advance(self, deadline: Deadline) -> Progress:
        if self._work is None:
            self._work = self._working()
        for improved in self._work:
            if improved or deadline.expired:
                return Progress(improved=improved, done=False, share=self._stage / self._stages)
        return Progress(improved=False, done=True, share=1.0)

    def _working(self) -> Generator[bool, None, None]:
        """Do all that is left; yield whether there is a new candidate whenever it is time to look at the clock."""
        first = self._looked_at_first() if self._stage == 0 else 0
        if self._stage == 0:
            if 0 < first < len(self._order) // 2:
                problem = yield from self._problem(np.sort(self._order[:first]))
                result = yield from self._cross_validate(problem, self._penalties[0])
                self._keep(problem, result)
                self._stage = 1
                yield True
            self._stage, self._loss = 1, np.inf
        if self._stage >= self._stages:
            return
        problem = yield from self._problem(np.arange(len(self._order)))
        while self._stage < self._stages:
            result = yield from self._cross_validate(problem, self._penalties[self._stage - 1])
            better = result.loss < self._loss or self._member is None or self._stage == 1
            self._stage = self._stage + 1 if better else self._stages
            if better:
                self._keep(problem, result)
            yield better

    def _looked_at_first(self) -> int:
        """Return how many texts to look at before all: fewer where they are long."""
        wanted, characters = int(self.settings.get("first", 0)), 0
        for place, row in enumerate(self._order[:wanted]):
            characters += sum(map(len, self.samples.text(int(row))))
            if characters > _FIRST_CHARACTERS:
                return max(place, _FEWEST_FIRST)
        return wanted

    def _problem(self, rows: IntArray) -> Generator[bool, None, _Problem]:
        job = self.job
        tokens = Tokens.of(self.samples.texts(rows))
        yield False
        if not len(tokens.word):
            raise DataError("The texts hold no words. Check the files or columns, then train again.")
        most = min(_FEATURES, _WEIGHTS // job.task.outputs) // len(self.families)
        vocabularies = []
        for family in self.families:
            least = 2 if len(rows) >= _RARE_FROM or family.pieces else 1
            vocabularies.append(Vocabulary.fit(count(tokens, family), family, least, max(1, most)))
            yield False
        matrix = design(tokens, vocabularies)
        targets = solver.targets_of(job.labels[rows], job.task)
        middle, spread = 0.0, 1.0
        if solver.link_of(job.task) == "identity":
            middle, spread = float(targets.mean()), float(targets.std()) or 1.0
        targets = (targets - middle) / spread
        return _Problem(rows, tuple(vocabularies), matrix, matrix.T.tocsr(), targets, middle, spread)

    def _cross_validate(self, problem: _Problem, penalty: float) -> Generator[bool, None, _Result]:
        """Fit once for each fold, or once on everything where there is none to check on."""
        job = self.job
        folds = job.folds[problem.rows]
        link = solver.link_of(job.task)
        held_out = np.unique(folds[folds >= 0])
        scores = np.full(problem.targets.shape, np.nan)
        weights, biases = [], []
        for fold in held_out if len(held_out) else [None]:
            learned = np.ones(len(folds), dtype=np.bool_) if fold is None else folds != fold
            ratios = None
            if self._bayes and link != "identity":
                ratios = solver.log_count_ratios(problem.matrix, problem.targets, learned)
            fit = solver.Fit(problem.matrix, problem.transposed, problem.targets, learned, link, penalty, ratios)
            steps = solver.minimise(fit.objective, fit.start, _STEPS)
            weight, bias = fit.weights((yield from _stepping(steps)))
            scores[~learned] = problem.matrix[~learned] @ weight + bias
            weights.append(weight)
            biases.append(bias)
        seen = np.isfinite(scores[:, 0])
        loss = solver.loss_of(scores[seen], problem.targets[seen], link)
        answers = solver.answers_of(scores * problem.spread + problem.middle, job.task)
        weight, bias = np.mean(weights, axis=0) * problem.spread, np.mean(biases, axis=0) * problem.spread
        return _Result(weight, bias + problem.middle, answers, loss)

    def _keep(self, problem: _Problem, result: _Result) -> None:
        weight, bias = result.weight.astype(np.float32), result.bias.astype(np.float32)
        self._member = NgramsMember(problem.vocabularies, weight, bias, self.job.task)
        self._answers = np.full_like(self._answers, np.nan)
        self._answers[problem.rows] = result.answers
        self._loss = result.loss

    @override
    def validation(self) -> FloatArray:
        return self._answers.copy()

    @override
    def member(self) -> NgramsMember:
        if self._member is None:
            raise DataError("Nothing has been learned yet. Give the run more time.")
        return self._member

    @override
    def save(self, folder: Path) -> None:
        np.save(folder / _ANSWERS, self._answers, allow_pickle=False)
        state: dict[str, Any] = {"stage": self._stage, "loss": self._loss if np.isfinite(self._loss) else None}
        if self._member is not None:
            state["member"] = dict(self._member.save(folder))
        (folder / _STATE).write_text(json.dumps(state), encoding="utf-8")

    @override
    def restore(self, folder: Path) -> None:
        state = json.loads((folder / _STATE).read_text(encoding="utf-8"))
        self._answers = np.load(folder / _ANSWERS, allow_pickle=False)
        self._stage, self._loss = int(state["stage"]), np.inf if state["loss"] is None else float(state["loss"])
        if "member" in state:
            self._member = NgramsMember.load(folder, state["member"], self.job.task)


def _stepping(steps: Generator[None, None, FloatArray]) -> Generator[bool, None, FloatArray]:
    """Pass each step on as a time to look at the clock."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return np.asarray(end.value, dtype=np.float64)
        yield False
