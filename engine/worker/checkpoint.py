"""What a learner leaves in ``checkpoints/<learner>/``: its resumable state and its newest candidates.

::

    standing.json            which of the rest counts; replaced atomically
    state-<n>/               what Learner.save wrote
    <learner>-<version>/     what Member.save wrote, never changed
    <learner>-<version>.npz  predictions: validation, test, predict
"""

from __future__ import annotations

import glob
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from engine.arrays import FloatArray
from engine.files import read_json, write_json
from engine.learners.base import Learner
from engine.model.folder import MemberRecord
from engine.model.member import Member

KEPT_CANDIDATES = 2  # the newest, and the one that may be under evaluation


@dataclass(frozen=True)
class Candidate:
    """Something a learner offers to be served, with its predictions on every part."""

    learner: str
    version: int
    record: MemberRecord
    validation: FloatArray
    test: FloatArray
    predict: FloatArray


@dataclass
class Mark:
    """The content of ``standing.json``. ``unscored`` tells of a candidate that a stop kept from being finished."""

    state: int = 0
    version: int = 0
    done: bool = False
    unscored: bool = False
    kind: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)


class Checkpoint:
    """One learner's folder under ``checkpoints/``."""

    def __init__(self, root: Path, learner: str) -> None:
        self.learner = learner
        self.folder = root / learner
        self.folder.mkdir(parents=True, exist_ok=True)
        self.mark = self._read()

    def _read(self) -> Mark:
        path = self.folder / "standing.json"
        return Mark(**read_json(path)) if path.exists() else Mark()

    def _commit(self) -> None:
        write_json(self.folder / "standing.json", asdict(self.mark))

    def save_state(self, learner: Learner, *, done: bool, unscored: bool) -> None:
        """Keep the learner's state; the one before is removed once the new one counts."""
        number = self.mark.state + 1
        place = self.folder / f"state-{number:04d}"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        learner.save(place)
        self.mark.state, self.mark.done, self.mark.unscored = number, done, unscored
        self._commit()
        self._sweep("state-*", keep={place.name})

    def restore_state(self, learner: Learner) -> None:
        """Let the learner go on from its last state, if it has one."""
        if self.mark.state:
            learner.restore(self.folder / f"state-{self.mark.state:04d}")

    def save_candidate(self, member: Member, predictions: Mapping[str, FloatArray]) -> int:
        """Keep a candidate with its predictions; return its version."""
        version = self.mark.version + 1
        name = f"{self.learner}-{version:04d}"
        place = self.folder / name
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        settings = member.save(place)
        with (self.folder / f"{name}.npz").open("wb") as file:
            np.savez(file, allow_pickle=False, **predictions)
        self.mark.version, self.mark.kind, self.mark.settings = version, member.kind, settings
        self.mark.unscored = False
        self._commit()
        kept = {f"{self.learner}-{v:04d}" for v in range(version - KEPT_CANDIDATES + 1, version + 1)}
        self._sweep(f"{glob.escape(self.learner)}-[0-9]*", keep=kept | {f"{name}.npz" for name in kept})
        return version

    def candidate(self) -> Candidate | None:
        """Return the newest finished candidate, if there is one."""
        mark = self._read()
        if not mark.version:
            return None
        place = self.folder / f"{self.learner}-{mark.version:04d}"
        with np.load(place.with_name(place.name + ".npz"), allow_pickle=False) as arrays:
            parts = {name: arrays[name] for name in ("validation", "test", "predict")}
        record = MemberRecord(self.learner, mark.kind, 1.0, mark.settings, place)
        return Candidate(self.learner, mark.version, record, **parts)

    def _sweep(self, pattern: str, keep: set[str]) -> None:
        for old in self.folder.glob(pattern):
            if old.name in keep:
                continue
            if old.is_dir():
                shutil.rmtree(old, ignore_errors=True)
            else:
                old.unlink(missing_ok=True)
