"""The order of learners and the first settings of searches, as runs on alike datasets teach them.

``resources/portfolio.json`` holds, for each recorded run, the learners in the order that would have served best: each
next one made the ensemble of those before it better by most per second, and what settings its searches found best (how
it was made stands beside it). For a new dataset the runs on the nearest ones count, nearness being the distance of a
few plain facts on a logarithmic scale, robustly scaled over the recorded runs, as FLAML's zero-shot settings are
chosen (engine-spec 3); learners are tried in the order of their mean places there and by hand, and searches begin with
those settings after the ones by hand. Scores are of validation rows alone.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from engine.errors import DataError
from engine.files import UNREADABLE, read_json
from engine.modalities.portfolio import Entry
from engine.task import Kind, Modality, Task

FORMAT = 3
NAMED = "AUTODIDACT_PORTFOLIO"  # the environment variable for a file of one's own
NEIGHBOURS = 5
TOO_FAR = 3.0
MOST_STARTS = 3
_LEAST_SCALE = 0.5  # of log facts: recorded runs that are all alike do not make small differences large
_OTHER_KIND = 1.0  # what one class or several lie apart
_NEAREST = 0.5  # added to distances before they become weights
_BY_HAND = 8.0  # weight of the order by hand: that of four runs on such data, or of more that are less alike


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
class Step:
    """A learner in its place: its own ``seconds``, and the validation ``score`` of all up to it together.

    ``found`` are the settings that a search found best, None for other learners.
    """

    name: str
    seconds: float
    score: float
    found: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Record:
    """One run: what it was about, and its learners in the order in which they would have served best.

    ``data`` is what it was about, as its folder is named.
    """

    meta: Meta
    steps: tuple[Step, ...]
    data: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Record:
        """Rebuild from :meth:`to_json`."""
        return cls(Meta(**data["meta"]), tuple(Step(**step) for step in data["steps"]), data["data"])


def read(path: Path) -> tuple[Record, ...]:
    """Read recorded runs.

    Raises:
        DataError: the file is absent, damaged or of another format.
    """
    try:
        data = read_json(path)
        if data["format"] != FORMAT:
            raise ValueError(data["format"])
        return tuple(Record.from_json(record) for record in data["runs"])
    except UNREADABLE as error:
        raise DataError(
            f"{path} holds no recorded runs. If {NAMED} names it, name a file that `make portfolio` wrote or unset the "
            "variable; otherwise install Autodidact Studio again."
        ) from error


@cache
def recorded() -> tuple[Record, ...]:
    """Return the runs that come with the package, or those of the file that ``AUTODIDACT_PORTFOLIO`` names.

    Raises:
        DataError: as :func:`read`.
    """
    from resources.paths import PORTFOLIO

    return read(Path(os.environ.get(NAMED) or PORTFOLIO))


def taught(modality: Modality) -> bool:
    """Tell whether any recorded run is about this kind of data."""
    return any(record.meta.modality == modality.value for record in recorded())


def as_taught(entries: Sequence[Entry], meta: Meta, records: Sequence[Record] | None = None) -> tuple[Entry, ...]:
    """Return the entries in the order, and with the first settings, that runs on alike datasets teach.

    ``records`` are those of the package unless given.
    """
    known = recorded() if records is None else records
    return with_starts(reorder(entries, meta, known), meta, known)


def with_starts(entries: Sequence[Entry], meta: Meta, records: Sequence[Record]) -> tuple[Entry, ...]:
    """Let searches begin, after what is known by hand, with what those on the nearest datasets found best.

    The device of a run does not matter here: what suits the data suits it everywhere.
    """
    anywhere = [replace(run, meta=replace(run.meta, device=meta.device)) for run in records]
    found: dict[str, dict[Meta, Mapping[str, Any]]] = {}
    for _, run in _near(meta, anywhere):
        for step in run.steps:
            if step.found is not None:  # several runs may be of one dataset
                found.setdefault(step.name, {}).setdefault(run.meta, step.found)
    return tuple(_starting(entry, list(found.get(entry.name, {}).values())) for entry in entries)


def _starting(entry: Entry, found: Sequence[Mapping[str, Any]]) -> Entry:
    if not (entry.searches and found):
        return entry
    starts = (*entry.settings.get("starts", ()), *found[:MOST_STARTS])
    return replace(entry, settings={**entry.settings, "starts": starts})


def reorder(entries: Sequence[Entry], meta: Meta, records: Sequence[Record]) -> tuple[Entry, ...]:
    """Return the entries in the order that runs on alike datasets teach.

    The order by hand counts as much as four runs on such data would: few runs that are only somewhat alike say little.
    The first entry, the instant one, stays first, and entries that no such run knows stay at their places.
    """
    near = neighbours(meta, records)
    if not near:
        return tuple(entries)
    heard_of = {step.name for _, run in near for step in run.steps}
    by_hand = [entry.name for entry in entries if entry.name in heard_of]
    advice = [(weight, _advised(by_hand, [step.name for step in run.steps])) for weight, run in near]
    known = {entry.name: entry for entry in entries[1:] if entry.name in heard_of}
    order = iter(_in_order(known, _sums_of_places([(_BY_HAND, by_hand), *advice])))
    return tuple(next(order) if entry.name in known else entry for entry in entries)


def neighbours(meta: Meta, records: Sequence[Record]) -> list[tuple[float, Record]]:
    """Return the nearest runs that are near enough, each with its weight."""
    return [(1 / (_NEAREST + far), record) for far, record in _near(meta, records)[:NEIGHBOURS]]


def _near(meta: Meta, records: Sequence[Record]) -> list[tuple[float, Record]]:
    """Return the runs that are near enough, the nearest first, with their distances."""
    same = [record.meta.facts() for record in records if record.meta.modality == meta.modality]
    scales = [_scale([facts[column] for facts in same]) for column in range(len(meta.facts()))]
    alike = [record for record in records if _comparable(meta, record.meta)]
    distances = sorted(((_distance(meta, record.meta, scales), record) for record in alike), key=lambda pair: pair[0])
    return [(far, record) for far, record in distances if far <= TOO_FAR]


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


def _advised(by_hand: Sequence[str], taught: Sequence[str]) -> list[str]:
    """Return the order by hand with the learners that a run knows put, in its order, where one of them was.

    So a run that had enough after two learners says which of them comes first, and nothing of all others.
    """
    known = [name for name in taught if name in by_hand]
    there = iter(known)
    return [next(there) if name in known else name for name in by_hand]


def _sums_of_places(orders: Sequence[tuple[float, Sequence[str]]]) -> dict[str, float]:
    """Return the sum of the places of each name in orders of the same names, by their weights."""
    places = dict.fromkeys(orders[0][1], 0.0)
    for weight, order in orders:
        for place, name in enumerate(order):
            places[name] += weight * place
    return places


def _in_order(known: Mapping[str, Entry], places: Mapping[str, float]) -> list[Entry]:
    """Return entries by their places, none before those it is to come ``after``, which circles do not happen in."""
    left, order = dict(known), list[Entry]()
    while left:
        ready = [entry for entry in left.values() if not left.keys() & set(entry.after)]
        chosen = min(ready, key=lambda entry: places[entry.name])  # ties: their order by hand
        order.append(left.pop(chosen.name))
    return order
