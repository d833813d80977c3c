"""The served model: members, weights, calibration. It predicts samples, not tensors."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self
from uuid import uuid4

import numpy as np

from engine.arrays import FloatArray
from engine.errors import ModelError
from engine.model.blend import blend
from engine.model.folder import Manifest, MemberRecord, publish, read_manifest
from engine.model.member import Member
from engine.model.registry import member_class
from engine.samples import Samples
from engine.task import Task

AT_ONCE = 2000  # samples, so that what is computed on the way to their answers fits into memory however many there are
_TIMES_OUTRUN = 3  # how often newer models may come, early in a run, while one is loaded


@dataclass(frozen=True)
class WeightedMember:
    """A member and its share in the answer; the shares of a model sum to 1."""

    name: str
    weight: float
    member: Member


@dataclass(frozen=True)
class Model:
    """What a run serves and an exporter takes away."""

    task: Task
    members: tuple[WeightedMember, ...]
    temperature: float = 1.0

    def predict(self, samples: Samples) -> FloatArray:
        """Return [n, classes] probabilities in the task's class order, or [n, 1] numbers."""
        if len(samples) <= AT_ONCE:
            return self._answer(samples)
        pieces = np.split(np.arange(len(samples)), range(AT_ONCE, len(samples), AT_ONCE))
        return np.concatenate([self._answer(samples.take(rows)) for rows in pieces])

    def _answer(self, samples: Samples) -> FloatArray:
        predictions = [part.member.predict(samples) for part in self.members]
        return blend(predictions, [part.weight for part in self.members], self.temperature, self.task.kind)

    @classmethod
    def load(cls, folder: Path, device: str = "cpu") -> Self:
        """Load from a model folder; no code from the files is run.

        Where newer models come meanwhile, and the files of the one that is being loaded go, the newest is loaded.

        Raises:
            ModelError: there is no model, it is damaged, or a newer version made it.
        """
        manifest = read_manifest(folder)
        for _ in range(_TIMES_OUTRUN):
            try:
                return cls._of(manifest, device)
            except (ModelError, OSError):
                newest = read_manifest(folder)
                if newest.members == manifest.members:
                    raise
                manifest = newest
        return cls._of(manifest, device)

    @classmethod
    def _of(cls, manifest: Manifest, device: str) -> Self:
        members = tuple(
            WeightedMember(
                record.name,
                record.weight,
                member_class(record.kind).load(record.folder, record.settings, manifest.task, device),
            )
            for record in manifest.members
        )
        return cls(manifest.task, members, manifest.temperature)

    def save(self, folder: Path) -> None:
        """Write as a model folder, atomically."""
        with TemporaryDirectory(dir=folder.parent, prefix=".saving-") as scratch:
            records = []
            for number, part in enumerate(self.members):
                place = Path(scratch) / f"{number:02d}-{uuid4().hex[:8]}"  # never the name of an older member
                place.mkdir()
                settings = part.member.save(place)
                records.append(MemberRecord(part.name, part.member.kind, part.weight, settings, place))
            publish(folder, Manifest(self.task, tuple(records), self.temperature))
