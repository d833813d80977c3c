"""The order of learners, as runs on alike datasets teach it.

``resources/portfolio.json`` holds what each learner cost and brought in recorded runs (how it was made stands beside
it). For a new dataset the runs on the nearest ones count, nearness being the distance of a few plain facts on a
logarithmic scale, robustly scaled over the recorded runs, as FLAML's zero-shot settings are chosen (engine-spec 3). The
learners are then put in the order in which each next one promises most per second, given those before it. Scores are of
validation rows alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from engine.files import read_json
from engine.modalities.portfolio import Entry
from engine.task import Kind, Modality, Task

FORMAT = 1
NEIGHBOURS = 5
TOO_FAR = 3.0
_LEAST_SCALE = 0.5  # of log facts: recorded runs that are all alike do not make small differences large
_OTHER_KIND = 1.0  # what one class or several lie apart
_NEAREST = 0.1  # added to distances before they become weights
_TOGETHER = 0.2  # what a whole share in the served model is worth, in units of the widest gain
_LEAST_COST_S = 0.05


@dataclass(frozen=True)
class Meta:
    """Plain facts of a task. ``extent`` is :func:`engine.modalities.extent.extent`, None where unknown."""

    modality: str
    kind: str
    samples: int
    classes: int
    extent: float | None
    device: str

    @classmethod
    def of(cls, task: Task, samples: int, device: str, extent: float | None = None) -> Meta:
        """Return a task's facts; a device chosen by itself counts as the processor."""
        where = "cpu" if device == "auto" else device
        return cls(task.modality.value, task.kind.value, samples, task.outputs, extent, where)

    def facts(self) -> tuple[float | None, ...]:
        """Return the numbers that make datasets alike, on a logarithmic scale."""
        extent = None if self.extent is None else math.log1p(self.extent)
        return math.log1p(self.samples), math.log1p(self.classes), extent


@dataclass(frozen=True)
class Trial:
    """What a learner did in one run.

    Attributes:
        cost_s: its own seconds until its first candidate.
        curve: (its own seconds, its own validation score) pairs.
        weight: its share in the model that was served in the end.
    """

    name: str
    cost_s: float
    curve: tuple[tuple[float, float], ...]
    weight: float


@dataclass(frozen=True)
class Record:
    """One run: what it was about, and its learners in the order in which they were tried."""

    meta: Meta
    trials: tuple[Trial, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Record:
        """Rebuild from :meth:`to_json`."""
        trials = (
            Trial(t["name"], float(t["cost_s"]), tuple((float(x), float(y)) for x, y in t["curve"]), float(t["weight"]))
            for t in data["trials"]
        )
        return cls(Meta(**data["meta"]), tuple(trials))


@dataclass(frozen=True)
class _Promise:
    """What a learner is expected to cost, to gain over the first learner, and to weigh in the end."""

    cost_s: float
    gain: float
    weight: float


def read(path: Path) -> tuple[Record, ...]:
    """Read recorded runs; none where the file is absent or of another format."""
    if not path.is_file():
        return ()
    data = read_json(path)
    return tuple(Record.from_json(record) for record in data["runs"]) if data["format"] == FORMAT else ()


@cache
def recorded() -> tuple[Record, ...]:
    """Return the runs that come with the package."""
    from resources.paths import PORTFOLIO

    return read(PORTFOLIO)


def taught(modality: Modality) -> bool:
    """Tell whether any recorded run is about this kind of data."""
    return any(record.meta.modality == modality.value for record in recorded())


def reorder(entries: Sequence[Entry], meta: Meta, records: Sequence[Record] | None = None) -> tuple[Entry, ...]:
    """Return the entries in the order that runs on alike datasets teach.

    The first entry, the instant one, stays first, and entries that no such run knows stay at their places.
    ``records`` are those of the package unless given.
    """
    near = neighbours(meta, recorded() if records is None else records)
    if not near:
        return tuple(entries)
    promises = {
        entry.name: promise
        for entry in entries[1:]
        if (promise := _promise(entry.name, near, meta.samples)) is not None
    }
    known = {entry.name: entry for entry in entries}
    after = {name: set(known[name].after) & set(promises) for name in promises}
    order = iter([known[name] for name in _by_promise(promises, after)])
    return tuple(next(order) if entry.name in promises else entry for entry in entries)


def neighbours(meta: Meta, records: Sequence[Record]) -> list[tuple[float, Record]]:
    """Return the nearest runs that are near enough, each with its weight."""
    alike = [record for record in records if _comparable(meta, record.meta)]
    scales = [_scale([record.meta.facts()[column] for record in alike]) for column in range(len(meta.facts()))]
    distances = sorted(((_distance(meta, record.meta, scales), record) for record in alike), key=lambda pair: pair[0])
    return [(1 / (_NEAREST + far), record) for far, record in distances[:NEIGHBOURS] if far <= TOO_FAR]


def _comparable(one: Meta, other: Meta) -> bool:
    numbers = Kind.REGRESSION.value
    same_answer = (one.kind == numbers) == (other.kind == numbers)
    return one.modality == other.modality and one.device == other.device and same_answer


def _scale(values: Sequence[float | None]) -> float:
    """Return the distance between the quartiles, or a least one."""
    known = sorted(value for value in values if value is not None)
    if not known:
        return _LEAST_SCALE
    low, high = (known[round(share * (len(known) - 1))] for share in (0.25, 0.75))
    return max(_LEAST_SCALE, high - low)


def _distance(one: Meta, other: Meta, scales: Sequence[float]) -> float:
    total = 0.0 if one.kind == other.kind else _OTHER_KIND
    for mine, theirs, scale in zip(one.facts(), other.facts(), scales, strict=True):
        if mine is not None and theirs is not None:
            total += ((mine - theirs) / scale) ** 2
    return math.sqrt(total)


def _promise(name: str, near: Sequence[tuple[float, Record]], samples: int) -> _Promise | None:
    """Return the weighted means over the runs in which a learner brought a candidate; None where there is none.

    What it cost is taken to grow with the ``samples``.
    """
    found = [(weight, trial, run) for weight, run in near for trial in run.trials if trial.name == name and trial.curve]
    total = sum(weight for weight, _, _ in found)
    if not total:
        return None
    cost = sum(weight * trial.cost_s * samples / max(1, run.meta.samples) for weight, trial, run in found) / total
    gain = sum(weight * (max(score for _, score in trial.curve) - _floor(run)) for weight, trial, run in found) / total
    share = sum(weight * trial.weight for weight, trial, _ in found) / total
    return _Promise(max(_LEAST_COST_S, cost), gain, share)


def _floor(run: Record) -> float:
    """Return the first score of the first learner with one: what others must gain on."""
    return next((trial.curve[0][1] for trial in run.trials if trial.curve), 0.0)


def _by_promise(promises: Mapping[str, _Promise], after: Mapping[str, Set[str]]) -> list[str]:
    """Return names in the order in which each next one brings most per second beyond those before it.

    None comes before those it is to come ``after``, which circles do not happen in.
    """
    left, order, best = dict(promises), list[str](), 0.0
    widest = max((promise.gain for promise in promises.values()), default=0.0)

    def rate(name: str) -> float:
        promise = left[name]
        together = _TOGETHER * promise.weight * max(0.0, widest)
        return (max(0.0, promise.gain - best) + together) / promise.cost_s

    while left:
        chosen = max((name for name in left if not after[name] & left.keys()), key=rate)
        best = max(best, left.pop(chosen).gain)
        order.append(chosen)
    return order
