"""The models that an artefact can be made from, the cheapest first: each smaller one, and at last the model itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.arrays import FloatArray
from engine.dataset import Dataset, Split
from engine.errors import ModelError
from engine.modalities import open_samples
from engine.modalities.image.members.network import NetworkMember
from engine.model.folder import MemberRecord, read_manifest
from engine.model.member import Member
from engine.model.model import Model, WeightedMember
from engine.samples import Samples
from engine.task import Modality, Task
from exporters.base import Progress
from exporters.edge.evidence import Evidence, gather
from exporters.edge.options import EdgeOptions
from exporters.edge.unlearned import member_unlearned, unlearned
from exporters.source import Source

if TYPE_CHECKING:
    from exporters.edge.student import School, Taught

ITSELF = "The model itself"
ALONE, TAUGHT, SMALL = "One tuned network of the model", "A small network taught by the model", "The small model"
NARROW = f"{TAUGHT}, pruned"
_PICTURES_ALONE = "networks are taught for pictures alone so far"
_NOT_CUT = "only for a small device, or where answers have to be quicker, is a network pruned"


@dataclass(frozen=True)
class Candidate:
    """A model that could stand for the one that is served.

    ``evidence`` are the samples by which it is judged, None where there are none; ``exact`` says that it is the served
    model, whose float32 form needs no judging.
    """

    name: str
    model: Model
    evidence: Evidence | None
    exact: bool = False


@dataclass(frozen=True)
class LeftOut:
    """A candidate that there is not, and why, in words that end a sentence."""

    name: str
    reason: str


@dataclass(frozen=True)
class Ground:
    """What candidates are judged on: the part that was learned from, and what the served model said of it unlearned."""

    task: Task
    train: Dataset
    samples: Samples
    labels: FloatArray
    before: FloatArray

    @classmethod
    def of(cls, source: Source) -> Ground | None:
        """Return the ground of a run; None where the run is gone, or kept no such answers."""
        task, dataset = source.model.task, source.dataset
        if dataset is None or source.folder is None or not {"split", "label", "fold"} <= set(dataset.frame.columns):
            return None
        train = dataset.part(Split.TRAIN)
        before = unlearned(source.folder, task, train)
        if before is None or not np.isfinite(before).all(axis=1).any():
            return None
        return cls(task, train, open_samples(train, task), train.labels(task), before)

    def evidence(self, own: FloatArray | None, learned: bool) -> Evidence | None:
        """Return the evidence about a candidate that said ``own`` [n, K] unlearned, None where that is not known."""
        if own is None:
            return None
        return gather(self.task, self.samples, self.labels, self.before, own, learned)


def candidates(
    source: Source, ground: Ground | None, options: EdgeOptions, progress: Progress
) -> Iterator[Candidate | LeftOut]:
    """Yield what can be tried, each made only when it is asked for.

    For a small device the smallest comes first; for a computer what need not be taught, since it is there already.
    """
    lessons = _Lessons(source.model.task, ground, options, progress)
    makers = [lambda: _alone(source, ground), lessons.narrow]
    for make in reversed(makers) if options.device.small else makers:
        yield make()
    yield lessons.taught()
    yield _small(source, ground)
    own = None if ground is None else ground.evidence(ground.before, learned=True)
    yield Candidate(ITSELF, source.model, own, exact=True)


def _alone(source: Source, ground: Ground | None) -> Candidate | LeftOut:
    """Return the heaviest tuned network that stands in the model, as a model of its own."""
    if source.model.task.modality is not Modality.IMAGE:
        return LeftOut(ALONE, _PICTURES_ALONE)
    if ground is None or source.folder is None:
        return LeftOut(ALONE, "there are no samples to judge it by")
    shape = ground.before.shape
    for record, member in _members(source.folder, source.model):
        held_out = member_unlearned(source.folder, record, shape)
        if isinstance(member, NetworkMember) and len(member.parts) == 1 and held_out is not None:
            evidence = ground.evidence(held_out, learned=False)
            if evidence is not None:
                return Candidate(ALONE, alone(source.model.task, record.name, member), evidence)
    return LeftOut(ALONE, "the model holds none")


def _members(folder: Path, model: Model) -> Sequence[tuple[MemberRecord, Member]]:
    """Return the members of the model with their records, the heaviest first."""
    try:
        records = read_manifest(folder).members
    except ModelError:
        return ()
    if [record.name for record in records] != [part.name for part in model.members]:
        return ()
    together = [(record, part.member) for record, part in zip(records, model.members, strict=True)]
    return sorted(together, key=lambda pair: -pair[0].weight)


def alone(task: Task, name: str, member: NetworkMember) -> Model:
    """Return the first network of a member as a model that looks at each picture once.

    On the processor, whatever the member was tuned on: its tensors are to be written.
    """
    one = type(member)(member.backbone, member.resolution, member.parts[:1], member.fallback, member.task_kind)
    return Model(task, (WeightedMember(name, 1.0, one),))


class _Lessons:
    """The candidates that have to be taught: one network, and what pruning leaves of it."""

    def __init__(self, task: Task, ground: Ground | None, options: EdgeOptions, progress: Progress) -> None:
        self._task, self._ground, self._options, self._progress = task, ground, options, progress

    def taught(self) -> Candidate | LeftOut:
        """Return the network as it was taught."""
        return self._without(TAUGHT) or self._judged(TAUGHT, self._school.taught())

    def narrow(self) -> Candidate | LeftOut:
        """Return it pruned and taught again, where that is called for."""
        wanted = None if self._options.prunes else LeftOut(NARROW, _NOT_CUT)
        return self._without(NARROW) or wanted or self._judged(NARROW, self._school.narrow())

    @cached_property
    def _school(self) -> School:
        from exporters.edge.student import School

        assert self._ground is not None
        return School(self._ground, self._options.seconds, self._options.prunes, self._progress)

    def _without(self, name: str) -> LeftOut | None:
        """Return why nothing can be taught, None where it can."""
        if self._task.modality is not Modality.IMAGE:
            return LeftOut(name, _PICTURES_ALONE)
        if self._ground is None:
            return LeftOut(name, "there are no samples to learn from")
        return None if self._options.seconds else LeftOut(name, "no time was given to teach it")

    def _judged(self, name: str, taught: Taught | None) -> Candidate | LeftOut:
        assert self._ground is not None
        if taught is None:
            return LeftOut(name, "the time was too short to teach it")
        evidence = self._ground.evidence(taught.held_out, learned=False)
        if evidence is None:
            return LeftOut(name, "there are no samples to judge it by")
        return Candidate(name, alone(self._task, name, taught.member), evidence)


def _small(source: Source, ground: Ground | None) -> Candidate | LeftOut:
    """Return the small model that the run kept, where it is another than the one that is served."""
    folder = None if source.folder is None else source.folder.parent / "small"
    if folder is None or ground is None or source.folder == folder or not (folder / "model.json").is_file():
        return LeftOut(SMALL, "the run kept none")
    try:
        small = Model.load(folder)
    except ModelError:
        return LeftOut(SMALL, "it cannot be read")
    if [part.name for part in small.members] == [part.name for part in source.model.members]:
        return LeftOut(SMALL, "it is the model itself")
    own = unlearned(folder, ground.task, ground.train)
    evidence = ground.evidence(own, learned=True)
    if evidence is None:
        return LeftOut(SMALL, "the run kept nothing to judge it by")
    return Candidate(SMALL, small, evidence)
