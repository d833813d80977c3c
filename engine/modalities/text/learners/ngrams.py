"""The first model, and a strong one: linear models on n-grams, cross-validated, the folds' weights averaged."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from typing_extensions import override

from engine.arrays import BoolArray, Float32Array, FloatArray, IntArray
from engine.budget import Deadline
from engine.errors import DataError
from engine.heads.order import stratified_order
from engine.learners.base import Job, Learner, Progress
from engine.modalities.text import links
from engine.modalities.text.bayes import frequent, log_count_ratios
from engine.modalities.text.counted import Counted, counted
from engine.modalities.text.keys import Family
from engine.modalities.text.left_out import LeftOut
from engine.modalities.text.members.ngrams import NgramsMember, side_by_side
from engine.modalities.text.ngrams import Vocabulary
from engine.modalities.text.samples import TextSamples
from engine.modalities.text.solver import Descent, Fit
from engine.modalities.text.tokens import letters_of
from engine.pieces import Pieces, Result
from engine.task import Kind

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_WEIGHTS = 20_000_000  # numbers in the weights that are looked for at once
_FEATURES = 400_000
_RARE_FROM = 50  # texts from which on a feature must occur twice,
_FEW_OF_EACH = 3  # unless there are fewer of a class, where what occurs once may be all that is known of it
_FIRST_CHARACTERS, _FEWEST_FIRST = 1_000_000, 100  # about what is learned from in a quarter of a second
_MOST_CHARACTERS = 12_000_000  # in the texts learned from: each kind of n-gram takes about a minute then
_AT_LEISURE, _LEISURE_S = 3, 900.0  # times as many where so much time is left
_REMEMBERED = 30_000_000  # features of texts that are not learned from
_ROWS_A_STEP = 1000
_MOST_KEPT = 50_000_000  # bytes of models in a checkpoint, which is written after each slice
_ANSWERS, _STATE, _MODELS = "answers.npy", "state.json", "models.npz"
_NO_FOLD = -2

Work = Generator[bool, None, None]


@dataclass(frozen=True, eq=False)
class _Problem:
    """What is to be found for the texts ``rows`` of the job: each of the ``fits`` the models of some folds.

    ``held_out`` [F] are the folds that the models side by side have not learned from, ``known`` [m, F] tells of which
    features each has learned from enough texts. Targets are numbers less ``middle``, over ``spread``.
    """

    rows: IntArray
    vocabularies: tuple[Vocabulary, ...]
    fits: tuple[Fit, ...]
    held_out: IntArray
    known: BoolArray
    middle: float
    spread: float

    @property
    def start(self) -> list[Float32Array]:
        """The models that say the same of everything."""
        return [fit.start for fit in self.fits]

    def weights(self, models: Sequence[Float32Array]) -> Iterator[Float32Array]:
        """Yield the weights and, in the last row, the biases of the models of each fit, [m + 1, F, K].

        They make use of what they know of only: held-out texts are as strange to them as new ones.
        """
        begin = 0
        for fit, mine in zip(self.fits, models, strict=True):
            found = fit.weights(mine)
            end = begin + found.shape[1]
            found[:-1] *= self.known[:, begin:end, None]
            yield found
            begin = end

    def unseen(
        self, weights: Iterable[Float32Array], folds: IntArray, matrix: csr_array[np.float32] | None = None
    ) -> FloatArray:
        """Return what is said of the rows, or of those of a ``matrix``, each by the model of its fold, [n, K].

        Rows of no fold are NaN. Texts that none has learned from are asked about so too: one like them, which stands in
        the same fold, may have been learned.
        """
        matrix = self.fits[0].matrix if matrix is None else matrix
        scores = np.full((len(folds), self.fits[0].targets.shape[1]), np.nan)
        begin = 0
        for mine in weights:
            said = matrix @ mine[:-1].reshape(matrix.shape[1], -1) + mine[-1].ravel()
            end = begin + mine.shape[1]
            for place, fold in enumerate(self.held_out[begin:end]):
                scores[folds == fold] = said.reshape(-1, *mine.shape[1:])[folds == fold, place]
            begin = end
        return scores

    def mean(self, models: Sequence[Float32Array]) -> Float32Array:
        """Return the mean of the models of all folds in the target's own units, [m + 1, K]: weights, then biases."""
        weights = [fit.weights(mine) for fit, mine in zip(self.fits, models, strict=True)]
        mean: FloatArray = np.concatenate(weights, axis=1).mean(axis=1, dtype=np.float64) * self.spread
        mean[-1] += self.middle
        return np.asarray(mean, dtype=np.float32)


class Ngrams(Learner):
    """Fits on the first texts, then on all with each of the penalties, while that pays.

    Settings: ``words``, the longest run of words counted; ``pieces``, the shortest and longest run of characters within
    a word (absent: none); ``bayes``, whether it counts only that a feature is there, not how often, and weighs features
    by their log-count ratios; ``penalties``, falling, tried in this order; ``stronger``, rising, tried where the second
    of those does not pay; ``first``, how many texts are looked at before all (0: all at once), fewer of long ones.
    """

    kind: ClassVar[str] = "text.ngrams"

    def __init__(self, job: Job, settings: Mapping[str, Any]) -> None:
        super().__init__(job, settings)
        assert isinstance(job.samples, TextSamples)
        self.samples = job.samples
        self._order = stratified_order(job)
        self._bayes = bool(settings.get("bayes", False))
        self._penalties = [float(penalty) for penalty in settings["penalties"]]
        self._stronger = [float(penalty) for penalty in settings.get("stronger", ())]
        self._most = _WEIGHTS >> 2 * job.frugality
        self._member: NgramsMember | None = None
        self._answers = np.full((len(job.labels), job.task.outputs), np.nan)
        self._loss = np.inf
        self._stage = 0  # stages that are over: the first texts, then one for each penalty
        self._reached: list[Float32Array] = []  # the models that the next penalty starts from, where they are kept
        self._behind, self._ahead = 0.0, 0.0  # work, in about what one penalty takes
        self._work: Work | None = None
        self._time_s = 0.0  # that was left when the work began, now or after a restart
        self._letters: int | None = None  # to learn from at most, once that is known

    @property
    def families(self) -> tuple[Family, ...]:
        """The n-grams that are counted."""
        longest, pieces = int(self.settings.get("words", 2)), self.settings.get("pieces")
        families = [Family(False, 1, longest, self._bayes)]
        if len(self.job.task.columns) > 1:
            families.append(Family(False, 1, longest, self._bayes, joined=True))
        if pieces:
            families.append(Family(True, int(pieces[0]), int(pieces[1]), self._bayes, joined=True))
        return tuple(families)

    @property
    def _stages(self) -> int:
        return 1 + len(self._penalties) + len(self._stronger)

    @override
    def advance(self, deadline: Deadline) -> Progress:
        if self._work is None:
            self._time_s = deadline.left - deadline.elapsed
            self._work = self._working()
        for improved in self._work:
            if improved or deadline.expired:
                return Progress(improved=improved, done=False, share=self._behind / (self._behind + self._ahead))
        return Progress(improved=False, done=True, share=1.0)

    def _working(self) -> Work:
        """Do all that is left; yield whether there is a new candidate whenever it is time to look at the clock."""
        count, first = len(self._order), 0 if self._stage else self._looked_at_first()
        self._ahead = 1.0 + len(self._penalties)
        if 0 < first < count // 2:
            looks = 2.0 * first / count
            rows = np.sort(self._order[:first])
            problem = yield from self._problem(rows, Counted(self.samples.texts(rows)), 0.5 * looks)
            models = yield from self._solved(problem, self._penalties[0], problem.start, 0.5 * looks)
            self._keep(problem, models, self._scores(problem, models))
            self._stage = 1
            yield True
        self._stage = max(1, self._stage)
        if self._stage < self._stages:
            yield from self._on_all()

    def _on_all(self) -> Work:
        """Go from penalty to penalty: to weaker ones from where the one before ended, to stronger ones from nothing.

        After a restart it goes on where it was, unless those models were too large to be kept: then the way to there is
        gone again.
        """
        rows = yield from self._affordable()
        texts = counted(self.samples, None if len(rows) == len(self._order) else rows)
        problem = yield from self._problem(rows, texts, 1.0)
        others = np.setdiff1d(np.flatnonzero(self.job.folds >= 0), rows)
        left_out = LeftOut(self.samples, others, problem.vocabularies, _REMEMBERED >> 2 * self.job.frugality)
        stage, models = self._started(problem)
        falling = len(self._penalties)
        while stage < self._stages:
            penalty = [*self._penalties, *self._stronger][stage - 1]
            models = yield from self._solved(problem, penalty, models if stage <= falling else problem.start, 1.0)
            if stage < self._stage:
                stage += 1
                continue
            scores = self._scores(problem, models)
            if len(others):
                if stage == 1 and np.isfinite(scores).any():
                    self._keep(problem, models, scores)
                    yield True
                yield from self._ask(problem, models, left_out, scores)
            better = stage == 1 or self._loss_of(problem, scores) < self._loss
            stage = self._stage = self._after(stage, better)
            small = sum(mine.nbytes for mine in models) <= _MOST_KEPT
            self._reached = models if stage <= falling and small else []
            if better:
                self._keep(problem, models, scores)
                yield True

    def _started(self, problem: _Problem) -> tuple[int, list[Float32Array]]:
        """Return the stage to go on with, or the first where nothing is known of what comes before, and its start."""
        stage, models = self._stage, problem.start
        if stage <= len(self._penalties):
            known = [mine.shape for mine in self._reached] == [mine.shape for mine in models]
            stage, models = (stage, self._reached) if known else (1, models)
            self._did(stage - 1.0)  # of stronger penalties, which may not come, nothing is known to lie ahead
        return stage, models

    def _after(self, stage: int, better: bool) -> int:
        """Return which stage comes after one that was ``better`` than those before, or was not."""
        falling = len(self._penalties)
        if better and stage != falling:
            return stage + 1
        first_is_best = stage <= min(2, falling) and (stage == 1 or not better)
        return falling + 1 if first_is_best else self._stages

    def _affordable(self) -> Generator[bool, None, IntArray]:
        """Return which texts to learn from, rising: all, or of very many those that come first in the order."""
        if self._letters is None:
            self._letters = _MOST_CHARACTERS * (_AT_LEISURE if self._time_s >= _LEISURE_S else 1)
        left = self._letters >> 2 * self.job.frugality
        for place, row in enumerate(self._order):
            left -= letters_of(self.samples.text(int(row)))
            if left < 0:
                return np.sort(self._order[: max(place, _FEWEST_FIRST)])
            if place % _ROWS_A_STEP == _ROWS_A_STEP - 1:
                yield False
        return np.arange(len(self._order))

    def _looked_at_first(self) -> int:
        """Return how many texts to look at before all: fewer where they are long."""
        wanted, letters = int(self.settings.get("first", 0)), 0
        for place, row in enumerate(self._order[:wanted]):
            letters += letters_of(self.samples.text(int(row)))
            if letters > _FIRST_CHARACTERS:
                return max(place, _FEWEST_FIRST)
        return wanted

    def _problem(self, rows: IntArray, texts: Counted, work: float) -> Generator[bool, None, _Problem]:
        job = self.job
        for _ in texts.find_tokens():
            yield False
        if not len(texts.tokens.word):
            raise DataError("The texts hold no words. Check the files or columns, then train again.")
        yield False
        most = min(_FEATURES, self._most // job.task.outputs) // len(self.families)
        least = self._least(len(rows))
        vocabularies, parts = [], []
        for family in self.families:
            counts = yield from _without_news(texts.count_steps(family))
            vocabularies.append(Vocabulary.fit(counts, family, least, max(1, most)))
            parts.append((yield from _without_news(vocabularies[-1].matrix_steps(counts))))
            self._did(work / len(self.families))
            yield False
        wanted = links.targets_of(job.labels[rows], job.task)
        middle, spread = 0.0, 1.0
        if links.link_of(job.task) == "identity":
            middle, spread = float(wanted.mean()), float(wanted.std()) or 1.0
        targets = ((wanted - middle) / spread).astype(np.float32)
        fits, matrix = [], side_by_side(parts)
        del counts, parts  # which may be most of what is in memory
        yield False
        transposed = matrix.T.tocsr()
        yield False
        folds = np.unique(job.folds[job.folds >= 0])
        held_out = folds if len(folds) else np.array([_NO_FOLD])
        learned = job.folds[rows, None] != held_out
        for fit in self._fits(matrix, transposed, targets, learned):
            fits.append(fit)
            yield False
        known = frequent(transposed, learned, least)
        return _Problem(rows, tuple(vocabularies), tuple(fits), held_out, known, middle, spread)

    def _least(self, texts: int) -> int:
        """Return in how many of so many texts a feature must occur."""
        task = self.job.task
        few = task.kind is Kind.MULTICLASS and texts < _FEW_OF_EACH * task.outputs
        return 1 if few or texts < _RARE_FROM else 2

    def _fits(
        self,
        matrix: csr_array[np.float32],
        transposed: csr_array[np.float32],
        targets: Float32Array,
        learned: BoolArray,
    ) -> Iterator[Fit]:
        """Yield the models of the ``learned`` rows [n, F] of the folds, as many at once as there is room for."""
        link = links.link_of(self.job.task)
        at_once = max(1, self._most // max(1, matrix.shape[1] * targets.shape[1]))
        for begin in range(0, learned.shape[1], at_once):
            mine = learned[:, begin : begin + at_once]
            ratios = log_count_ratios(transposed, targets, mine) if self._bayes and link != "identity" else None
            yield Fit(matrix, transposed, targets, mine, link, ratios)

    def _solved(
        self, problem: _Problem, penalty: float, models: Sequence[Float32Array], work: float
    ) -> Generator[bool, None, list[Float32Array]]:
        found, before = [], self._behind
        for place, (fit, start) in enumerate(zip(problem.fits, models, strict=True)):
            descent = Descent(fit, penalty, start)
            for done in descent.steps():
                self._did(before + work * (place + done) / len(problem.fits) - self._behind)
                yield False
            found.append(descent.models)
        self._did(before + work - self._behind)
        return found

    def _did(self, work: float) -> None:
        self._behind, self._ahead = self._behind + work, max(0.0, self._ahead - work)

    def _scores(self, problem: _Problem, models: Sequence[Float32Array]) -> FloatArray:
        """Return what the models say of the problem's texts, [n, K]; NaN for all other texts of the job."""
        said = problem.unseen(problem.weights(models), self.job.folds[problem.rows])
        scores = np.full((len(self.job.labels), said.shape[1]), np.nan)
        scores[problem.rows] = said
        return scores

    def _ask(self, problem: _Problem, models: Sequence[Float32Array], left_out: LeftOut, scores: FloatArray) -> Work:
        """Fill in what the models say of texts that none of them has learned from."""
        weights = list(problem.weights(models))  # once for all blocks: they are many more than the features of a block
        for rows, matrix in left_out.blocks():
            scores[rows] = problem.unseen(weights, self.job.folds[rows], matrix)
            yield False

    def _loss_of(self, problem: _Problem, scores: FloatArray) -> float:
        """Return the mean loss of scores [n, K] of the job's texts, NaN where there are none."""
        task, checked = self.job.task, np.isfinite(scores[:, 0])
        targets = (links.targets_of(self.job.labels[checked], task) - problem.middle) / problem.spread
        return links.loss_of(scores[checked], targets.astype(np.float32), links.link_of(task))

    def _keep(self, problem: _Problem, models: Sequence[Float32Array], scores: FloatArray) -> None:
        mean = problem.mean(models)
        self._member = NgramsMember(problem.vocabularies, mean[:-1], mean[-1], self.job.task)
        self._answers = links.answers_of(scores * problem.spread + problem.middle, self.job.task)
        self._loss = self._loss_of(problem, scores)

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
        loss = self._loss if np.isfinite(self._loss) else None
        state: dict[str, Any] = {"stage": self._stage, "loss": loss, "letters": self._letters}
        if self._reached:
            state["frugality"] = self.job.frugality
            np.savez(folder / _MODELS, *self._reached)
        if self._member is not None:
            state["member"] = dict(self._member.save(folder))
        (folder / _STATE).write_text(json.dumps(state), encoding="utf-8")

    @override
    def restore(self, folder: Path) -> None:
        state = json.loads((folder / _STATE).read_text(encoding="utf-8"))
        self._answers = np.load(folder / _ANSWERS, allow_pickle=False)
        self._stage, self._loss = int(state["stage"]), np.inf if state["loss"] is None else float(state["loss"])
        self._letters = state.get("letters")
        if state.get("frugality") == self.job.frugality:  # the models are of the features that are counted now
            with np.load(folder / _MODELS, allow_pickle=False) as arrays:
                self._reached = [arrays[f"arr_{place}"] for place in range(len(arrays))]
        if "member" in state:
            self._member = NgramsMember.load(folder, state["member"], self.job.task)


def _without_news(steps: Pieces[Result]) -> Generator[bool, None, Result]:
    """Return what is found in steps; yield False between them, since they bring no candidate."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            found: Result = end.value
            return found
        yield False
