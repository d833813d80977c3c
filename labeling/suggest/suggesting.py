"""From labels and features to suggestions, and the order in which to label what has none.

Suggestions begin with :data:`ENOUGH` labels that are not all the same. Until :data:`DIVERSE` labels, and while a class
has none, the next samples are picked by diversity alone, afterwards by doubt too (:mod:`labeling.suggest.picks`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.arrays import BoolArray, Float32Array, FloatArray, IntArray
from engine.task import Kind, Modality, Task
from labeling.project.stored import Label
from labeling.suggest import head
from labeling.suggest.model import Suggestion, Suggestions
from labeling.suggest.picks import mixed, typical
from labeling.suggest.pool import Known

ENOUGH = 10
DIVERSE = 20
_SEEN_OF_EACH = 3  # labels a class after which one waits no longer for classes without any
_HALF = 0.5


@dataclass(frozen=True)
class Labelling:
    """The labels of now: ``labels`` of ``ids`` in row order, ``classes`` that the person has made.

    ``groups`` [n] gives near-copies one number; None where nothing is known of copies.
    """

    ids: Sequence[str]
    labels: Sequence[Label]
    kind: Kind
    classes: Sequence[str] = ()
    groups: IntArray | None = None

    def groups_or_own(self) -> IntArray:
        """Return the groups, every sample its own where none are known."""
        return np.arange(len(self.ids)) if self.groups is None else self.groups


@dataclass(frozen=True)
class _Taught:
    """Labelled samples that have a point: places in ``Known.rows``, their labels as numbers, and the task."""

    places: IntArray
    labels: FloatArray
    task: Task


def suggest(labelling: Labelling, known: Known, right: tuple[int, int] | None = None, seed: int = 0) -> Suggestions:
    """Return suggestions for all samples of ``known`` without a label, and the order for all that have none.

    The same labels give the same, by ``seed``.
    """
    labelled = np.array([label is not None for label in labelling.labels], dtype=np.bool_)
    there = labelled[known.rows] if len(known.rows) else np.zeros(0, dtype=np.bool_)
    random = np.random.default_rng([seed, int(labelled.sum())])
    free = np.flatnonzero(~there)
    taught = _taught(labelling, known, np.flatnonzero(there))
    if taught is None or not len(free):
        first = known.rows[_first(known, there, random)]
        return Suggestions({}, _order(labelling, labelled, known, first, known.rows[free]), right)
    groups = labelling.groups_or_own()
    points, mine = known.points[free], groups[known.rows[taught.places]]
    fitted = head.fit(known.points[taught.places], taught.labels, taught.task, mine, points)
    answers, modest = fitted.answers(points)
    told = _told(answers, modest, fitted.error, taught, known.points, points)
    by_sample = _by_sample(labelling, known.rows[free], answers, told, taught.task)
    if _still_diverse(labelling, int(labelled.sum())):
        chosen, lots = known.rows[_first(known, there, random)], frozenset[str]()
    else:
        picks = mixed(points, told.urgency, _askable(groups, labelled, known.rows[free]), random)
        chosen = known.rows[free[picks.rows]]
        lots = frozenset(labelling.ids[row] for row in chosen[picks.drawn])
    rest = known.rows[free[np.argsort(-told.urgency, kind="stable")]]
    return Suggestions(by_sample, _order(labelling, labelled, known, chosen, rest), right, lots)


@dataclass(frozen=True)
class _Told:
    """How likely each answer is right, how doubtful it is, and how much its label would tell; all [n], 0 to 1."""

    chance: FloatArray
    doubt: FloatArray
    urgency: FloatArray


def _taught(labelling: Labelling, known: Known, places: IntArray) -> _Taught | None:
    """Return what can be learned from; None while it is too little."""
    labels = [labelling.labels[row] for row in known.rows[places]]
    if len(labels) < ENOUGH or len(set(labels)) < 2:
        return None
    if labelling.kind is Kind.REGRESSION:
        return _Taught(places, np.array(labels, dtype=np.float64), Task(Modality.TABLE, labelling.kind))
    classes = tuple(sorted({name for label in labels for name in _names(label)}))
    index = {name: number for number, name in enumerate(classes)}
    task = Task(Modality.TABLE, labelling.kind, classes)  # of which kind the samples are makes no difference to a head
    if labelling.kind is Kind.MULTICLASS:
        return _Taught(places, np.array([index[str(label)] for label in labels], dtype=np.float64), task)
    hot = np.zeros((len(labels), len(classes)))
    for row, label in enumerate(labels):
        hot[row, [index[name] for name in _names(label)]] = 1.0
    return _Taught(places, hot, task)


def _names(label: Label) -> tuple[str, ...]:
    if isinstance(label, tuple):
        return label
    return (label,) if isinstance(label, str) else ()


def _told(
    answers: FloatArray,
    modest: FloatArray,
    error: float,
    taught: _Taught,
    points: Float32Array,
    free: Float32Array,
) -> _Told:
    if taught.task.kind is Kind.MULTICLASS:
        chance = np.take_along_axis(modest, answers.argmax(axis=1)[:, None], axis=1)[:, 0]
        return _Told(chance, _narrowness(modest), _narrowness(answers))
    if taught.task.kind is Kind.MULTILABEL:
        sure = np.maximum(answers, 1.0 - answers)
        doubt = 1.0 - np.abs(2.0 * answers - 1.0).min(axis=1)
        return _Told(sure.prod(axis=1), doubt, doubt)
    spread = float(taught.labels.std())
    doubt = head.strangeness(points[taught.places], free)
    known_share = max(0.0, 1.0 - (error / spread) ** 2)
    return _Told(known_share * (1.0 - doubt), doubt, doubt)


def _narrowness(answers: FloatArray) -> FloatArray:
    """Return 1 less the margin between the two likeliest classes, [n]."""
    best = -np.sort(-answers, axis=1)[:, :2]
    narrow: FloatArray = 1.0 - (best[:, 0] - best[:, 1])
    return narrow


def _by_sample(
    labelling: Labelling, rows: IntArray, answers: FloatArray, told: _Told, task: Task
) -> Mapping[str, Suggestion]:
    """Return the suggestions by id."""
    chances, doubts = told.chance.clip(0.0, 1.0).tolist(), told.doubt.clip(0.0, 1.0).tolist()
    names: list[tuple[str, ...]] = [()] * len(rows)
    numbers: list[float | None] = [None] * len(rows)
    if task.kind is Kind.MULTICLASS:
        names = [(task.classes[place],) for place in answers.argmax(axis=1).tolist()]
    elif task.kind is Kind.MULTILABEL:
        names = [
            tuple(name for name, is_there in zip(task.classes, row, strict=True) if is_there)
            for row in answers >= _HALF
        ]
    else:
        numbers = list(answers[:, 0].tolist())
    ids = [labelling.ids[row] for row in rows.tolist()]
    parts = zip(ids, names, numbers, chances, doubts, strict=True)
    return {one: Suggestion(one, said, number, chance, doubt) for one, said, number, chance, doubt in parts}


def _still_diverse(labelling: Labelling, labelled: int) -> bool:
    """Whether there are so few labels that unlike samples tell more than doubtful ones."""
    if labelled < DIVERSE:
        return True
    seen = {name for label in labelling.labels for name in _names(label)}
    return bool(set(labelling.classes) - seen) and labelled < _SEEN_OF_EACH * len(labelling.classes)


def _first(known: Known, there: BoolArray, random: np.random.Generator) -> IntArray:
    """Return places in ``known.rows`` to label first, each standing for a part without a label."""
    if not len(known.rows) or there.all():
        return np.empty(0, dtype=np.int64)
    return typical(known.points, there, DIVERSE, random)


def _askable(groups: IntArray, labelled: BoolArray, rows: IntArray) -> BoolArray:
    """Return which rows [k] are worth asking about: one of each group of near-copies that has no label yet."""
    mine = groups[rows]
    first = np.zeros(len(rows), dtype=np.bool_)
    first[np.unique(mine, return_index=True)[1]] = True
    return first & ~np.isin(mine, groups[labelled])


def _order(
    labelling: Labelling, labelled: BoolArray, known: Known, chosen: IntArray, rest: IntArray
) -> tuple[str, ...]:
    """Return ids: what was chosen, the rest in its order, what was not looked at yet, what cannot be read."""
    waiting = ~labelled
    waiting[known.rows] = False
    waiting[known.unreadable] = False
    broken = known.unreadable[~labelled[known.unreadable]]
    everything = np.concatenate([chosen, rest, np.flatnonzero(waiting), broken]).astype(np.int64)
    _, first = np.unique(everything, return_index=True)
    return tuple(labelling.ids[row] for row in everything[np.sort(first)].tolist())
