"""What a learner leaves in ``checkpoints/<learner>/``: its resumable state and its newest candidates.

::

    standing.json            which of the rest counts; replaced atomically
    state-<n>/               what Learner.save wrote
    <learner>-<version>/     what Member.save wrote, never changed
    <learner>-<version>.npy  its out-of-sample predictions of the training samples
    <learner>-<version>.npz  its answers on the other parts, once somebody wanted them
"""

from __future__ import annotations

import glob
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from typing_extensions import override

from engine.arrays import FloatArray
from engine.files import UNREADABLE, commit, read_json, replace
from engine.learners.base import Learner
from engine.model.folder import MemberRecord
from engine.model.member import Member
from engine.worker.pace import Pace

PARTS = ("test", "predict")  # samples that learners never see and served models answer
KEPT_CANDIDATES = 2  # the newest, and the one that may be under evaluation
_ABOUT = 1.25
_SOON_ON_DISK = 32_000_000  # bytes, which a slow disk takes within a second


@dataclass(frozen=True)
class Candidate:
    """Something a learner offers to be served.

    ``answers`` are its predictions on the parts ``test`` and ``predict``, NaN for one that there is no time for; they
    are None until they were wanted, and so is its ``pace``. ``size`` counts the bytes of its files. A worker holds the
    candidates of all learners, so the arrays of one from disk stay there: ``validation`` is mapped where it can be, an
    answer is read whenever it is looked up.
    """

    learner: str
    version: int
    record: MemberRecord
    validation: FloatArray
    answers: Mapping[str, FloatArray] | None = None
    pace: Pace | None = None
    size: int = 0

    @property
    def unmeasured(self) -> bool:
        """Whether nobody knows how quick it is, or only of a much smaller one."""
        return self.pace is None or self.size > _ABOUT * self.pace.size


@dataclass
class Mark:
    """The content of ``standing.json``. ``unscored`` tells of a candidate that a stop kept from being finished."""

    state: int = 0
    version: int = 0
    done: bool = False
    unscored: bool = False
    kind: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    pace: Mapping[str, Any] | None = None


class Checkpoint:
    """One learner's folder under ``checkpoints/``."""

    def __init__(self, root: Path, learner: str) -> None:
        self.learner = learner
        self.folder = root / learner
        for folder in (root, self.folder):  # not what is above: a run that was moved must not come into being anew
            folder.mkdir(exist_ok=True)
        self.mark = self._read()

    def _read(self) -> Mark:
        path = self.folder / "standing.json"
        return Mark(**read_json(path)) if path.exists() else Mark()

    def _commit(self, *parts: Path) -> None:
        commit(self.folder / "standing.json", asdict(self.mark), *parts)

    def save_state(self, learner: Learner, *, done: bool, unscored: bool) -> None:
        """Keep the learner's state; the one before is removed once the new one counts.

        A large one is left to the system to put on disk: a slow one would outlast slices and pauses. Where a power cut
        tears it the learner is left out, and its candidates stay.
        """
        number = self.mark.state + 1
        place = self.folder / f"state-{number:04d}"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        learner.save(place)
        self.mark.state, self.mark.done, self.mark.unscored = number, done, unscored
        self._commit(*([place] if _size(place) <= _SOON_ON_DISK else []))
        self._sweep("state-*", keep={place.name})

    def restore_state(self, learner: Learner) -> None:
        """Let the learner go on from its last state, if it has one."""
        if self.mark.state:
            learner.restore(self.folder / f"state-{self.mark.state:04d}")

    def save_candidate(self, member: Member, validation: FloatArray) -> int:
        """Keep a candidate with its out-of-sample predictions; return its version."""
        version = self.mark.version + 1
        place = self.place(version)
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        settings = member.save(place)
        predictions = place.with_name(place.name + ".npy")
        np.save(predictions, validation, allow_pickle=False)
        self.mark.version, self.mark.kind, self.mark.settings = version, member.kind, settings
        self.mark.unscored = False
        self._commit(place, predictions)
        kept = {self.place(v).name for v in range(version - KEPT_CANDIDATES + 1, version + 1)}
        kept_files = {name + ending for name in kept for ending in ("", ".npy", ".npz")}
        self._sweep(f"{glob.escape(self.learner)}-[0-9]*", keep=kept_files)
        return version

    def save_answers(self, version: int, answers: Mapping[str, FloatArray]) -> None:
        """Keep a candidate's predictions on the other parts, whole or not at all."""
        path = self.place(version).with_name(self.place(version).name + ".npz")
        temporary = path.with_name("answers.tmp")
        with temporary.open("wb") as file:
            np.savez(file, allow_pickle=False, **answers)
        replace(temporary, path)

    def save_pace(self, pace: Pace) -> None:
        """Keep how quick the learner's members are."""
        self.mark.pace = asdict(pace)
        self._commit()

    def place(self, version: int) -> Path:
        """Return where the member of a candidate lies."""
        return self.folder / f"{self.learner}-{version:04d}"

    def candidate(self) -> Candidate | None:
        """Return the newest finished candidate, if there is one.

        Raises:
            UNREADABLE: its files are damaged.
        """
        mark = self._read()
        if not mark.version:
            return None
        place = self.place(mark.version)
        validation = mapped(place.with_name(place.name + ".npy"))
        answers = _read_answers(place.with_name(place.name + ".npz"))
        record = MemberRecord(self.learner, mark.kind, 1.0, mark.settings, place)
        pace = None if mark.pace is None else Pace(**mark.pace)
        if not place.is_dir():
            raise FileNotFoundError(place)
        return Candidate(self.learner, mark.version, record, validation, answers, pace, _size(place))

    def _sweep(self, pattern: str, keep: set[str]) -> None:
        for old in self.folder.glob(pattern):
            if old.name in keep:
                continue
            if old.is_dir():
                shutil.rmtree(old, ignore_errors=True)
            else:
                with suppress(PermissionError):  # Windows keeps what somebody has mapped; the next sweep takes it
                    old.unlink(missing_ok=True)


def mapped(path: Path) -> FloatArray:
    """Return an array that stays on disk, or in memory where the drive, as one in a network, maps no files.

    Raises:
        UNREADABLE: the file is damaged, or not there.
    """
    try:
        array: FloatArray = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except OSError:
        array = np.load(path, allow_pickle=False)
    return array


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _read_answers(path: Path) -> Mapping[str, FloatArray] | None:
    """Return a candidate's answers; None where there are none, or a power cut tore them, so that it is asked again."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            whole = set(PARTS) <= set(arrays.files)
    except UNREADABLE:
        return None
    return _Answers(path) if whole else None


class _Answers(Mapping[str, FloatArray]):
    """Answers on all :data:`PARTS`, read from their file one by one."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @override
    def __getitem__(self, part: str) -> FloatArray:
        with np.load(self._path, allow_pickle=False) as arrays:
            answers: FloatArray = arrays[part]
            return answers

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(PARTS)

    @override
    def __len__(self) -> int:
        return len(PARTS)
