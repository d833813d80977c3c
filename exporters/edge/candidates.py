"""The models that an artefact can be made from, the cheapest first: each smaller one, and at last the model itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

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

ITSELF = "The model itself"
_ALONE, _TAUGHT, _SMALL = "One tuned network of the model", "A small network taught by the model", "The small model"
_PICTURES_ALONE = "networks are taught for pictures alone so far"


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
    """Yield what can be tried, each made only when it is asked for."""
    yield _alone(source, ground)
    yield _taught(source, ground, options, progress)
    yield _small(source, ground)
    own = None if ground is None else ground.evidence(ground.before, learned=True)
    yield Candidate(ITSELF, source.model, own, exact=True)


def _alone(source: Source, ground: Ground | None) -> Candidate | LeftOut:
    """Return the heaviest tuned network that stands in the model, as a model of its own."""
    if source.model.task.modality is not Modality.IMAGE:
        return LeftOut(_ALONE, _PICTURES_ALONE)
    if ground is None or source.folder is None:
        return LeftOut(_ALONE, "there are no samples to judge it by")
    shape = ground.before.shape
    for record, member in _members(source.folder, source.model):
        held_out = member_unlearned(source.folder, record, shape)
        if isinstance(member, NetworkMember) and len(member.parts) == 1 and held_out is not None:
            evidence = ground.evidence(held_out, learned=False)
            if evidence is not None:
                return Candidate(_ALONE, alone(source.model.task, record.name, member), evidence)
    return LeftOut(_ALONE, "the model holds none")


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
    """Return the first network of a member as a model that looks at each picture once."""
    one = NetworkMember(
        member.backbone, member.resolution, member.parts[:1], member.fallback, member.task_kind, member.device
    )
    return Model(task, (WeightedMember(name, 1.0, one),))


def _taught(source: Source, ground: Ground | None, options: EdgeOptions, progress: Progress) -> Candidate | LeftOut:
    if source.model.task.modality is not Modality.IMAGE:
        return LeftOut(_TAUGHT, _PICTURES_ALONE)
    if ground is None:
        return LeftOut(_TAUGHT, "there are no samples to learn from")
    if not options.seconds:
        return LeftOut(_TAUGHT, "no time was given to teach it")

    from exporters.edge.student import teach

    taught = teach(ground, options.seconds, progress)
    if taught is None:
        return LeftOut(_TAUGHT, "the time was too short to teach it")
    evidence = ground.evidence(taught.held_out, learned=False)
    if evidence is None:
        return LeftOut(_TAUGHT, "there are no samples to judge it by")
    return Candidate(_TAUGHT, alone(ground.task, _TAUGHT, taught.member), evidence)


def _small(source: Source, ground: Ground | None) -> Candidate | LeftOut:
    """Return the small model that the run kept, where it is another than the one that is served."""
    folder = None if source.folder is None else source.folder.parent / "small"
    if folder is None or ground is None or source.folder == folder or not (folder / "model.json").is_file():
        return LeftOut(_SMALL, "the run kept none")
    try:
        small = Model.load(folder)
    except ModelError:
        return LeftOut(_SMALL, "it cannot be read")
    if [part.name for part in small.members] == [part.name for part in source.model.members]:
        return LeftOut(_SMALL, "it is the model itself")
    own = unlearned(folder, ground.task, ground.train)
    evidence = ground.evidence(own, learned=True)
    if evidence is None:
        return LeftOut(_SMALL, "the run kept nothing to judge it by")
    return Candidate(_SMALL, small, evidence)
