"""What a learner leaves is whole at every moment."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typing_extensions import override

from engine.learners.base import Job
from engine.learners.constant import ConstantLearner, ConstantMember
from engine.worker.checkpoint import Checkpoint
from engine.worker.first import Headcount
from engine.worker.pace import Pace
from tests.engine.flowers import FLOWERS

VALIDATION = np.ones((3, 2))
ANSWERS = {"test": np.full((2, 2), 0.5), "predict": np.zeros((0, 2))}


def learner() -> ConstantLearner:
    return ConstantLearner(Job(FLOWERS, Headcount(3), np.array([0.0, 1.0, 1.0]), np.array([0, 1, 0])), {})


def test_nothing_yet_is_no_candidate(tmp_path: Path) -> None:
    assert Checkpoint(tmp_path, "new").candidate() is None


def test_the_newest_candidate_is_found_again(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path, "odd [name]")
    for answer in (0.1, 0.2, 0.3):
        checkpoint.save_candidate(ConstantMember(np.array([answer, 1 - answer])), VALIDATION)
    found = Checkpoint(tmp_path, "odd [name]").candidate()
    assert found is not None
    assert found.version == 3
    assert found.record.settings == {"answer": [0.3, 0.7]}
    assert np.array_equal(found.validation, VALIDATION)
    kept = sorted(place.name for place in checkpoint.folder.glob("*-000*"))
    assert kept == ["odd [name]-0002", "odd [name]-0002.npy", "odd [name]-0003", "odd [name]-0003.npy"]


@pytest.mark.parametrize(("most", "waited_for"), [(1000, True), (3, False)])
def test_a_slice_waits_for_the_disk_only_where_the_state_is_small(
    most: int, waited_for: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Keeps(ConstantLearner):
        @override
        def save(self, folder: Path) -> None:
            (folder / "state").write_bytes(b"four")

    waited: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda handle: waited.append(os.fstat(handle).st_ino))
    monkeypatch.setattr("engine.worker.checkpoint._SOON_ON_DISK", most)
    one = learner()
    checkpoint = Checkpoint(tmp_path, "a")
    checkpoint.save_state(Keeps(one.job, {}), done=False, unscored=False)
    state = (checkpoint.folder / "state-0001" / "state").stat().st_ino
    assert (state in waited) is waited_for


def test_answers_and_pace_come_later_and_answers_belong_to_one_candidate(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path, "a")
    version = checkpoint.save_candidate(ConstantMember(np.array([0.5, 0.5])), VALIDATION)
    fresh = checkpoint.candidate()
    assert fresh is not None
    assert (fresh.answers, fresh.pace, fresh.unmeasured) == (None, None, True)
    checkpoint.save_answers(version, ANSWERS)
    checkpoint.save_pace(Pace(0.01, 0.002, fresh.size))
    known = Checkpoint(tmp_path, "a").candidate()
    assert known is not None
    assert known.answers is not None
    assert np.array_equal(known.answers["test"], ANSWERS["test"])
    assert (known.pace, known.unmeasured) == (Pace(0.01, 0.002, fresh.size), False)
    checkpoint.save_candidate(ConstantMember(np.array([0.4, 0.6])), VALIDATION)
    newer = checkpoint.candidate()
    assert newer is not None
    assert (newer.answers, newer.unmeasured) == (None, False)


def test_a_candidate_that_has_grown_is_measured_anew(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path, "a")
    checkpoint.save_candidate(ConstantMember(np.array([0.5, 0.5])), VALIDATION)
    found = checkpoint.candidate()
    assert found is not None
    grown = replace(found, size=1000, pace=Pace(0.01, 0.01, 500))
    assert grown.unmeasured
    assert not replace(grown, size=550).unmeasured


def test_a_state_that_was_not_finished_does_not_count(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path, "a")
    checkpoint.save_state(learner(), done=False, unscored=True)
    (checkpoint.folder / "state-0002").mkdir()  # a kill came in the middle of the next one
    again = Checkpoint(tmp_path, "a")
    assert (again.mark.state, again.mark.unscored) == (1, True)
    again.save_state(learner(), done=True, unscored=False)
    assert [place.name for place in again.folder.glob("state-*")] == ["state-0002"]
    assert Checkpoint(tmp_path, "a").mark.done


class Working(ConstantLearner):
    """Has a state."""

    @override
    def save(self, folder: Path) -> None:
        (folder / "state").write_text("the step it is at")


class Weighty(ConstantMember):
    """Has weights."""

    @override
    def save(self, folder: Path) -> Mapping[str, Any]:
        (folder / "weights").write_text("0.5")
        return super().save(folder)


def test_what_counts_is_on_disk_for_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: set[int] = set()
    monkeypatch.setattr(os, "fsync", lambda handle: flushed.add(os.fstat(handle).st_ino))
    checkpoint = Checkpoint(tmp_path, "a")
    checkpoint.save_state(Working(learner().job, {}), done=False, unscored=True)
    checkpoint.save_candidate(Weighty(np.array([0.5, 0.5])), VALIDATION)
    kept = [place for place in checkpoint.folder.rglob("*") if place.is_file()]
    assert {place.name for place in kept} == {"standing.json", "a-0001.npy", "weights", "state"}
    assert {place.stat().st_ino for place in kept} <= flushed


def test_answers_that_a_power_cut_tore_are_asked_for_again(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path, "a")
    version = checkpoint.save_candidate(ConstantMember(np.array([0.5, 0.5])), VALIDATION)
    checkpoint.save_answers(version, ANSWERS)
    path = checkpoint.folder / "a-0001.npz"
    whole = path.read_bytes()
    for left in (0, len(whole) // 2):
        path.write_bytes(whole[:left])
        found = checkpoint.candidate()
        assert found is not None
        assert found.answers is None


def test_a_candidate_whose_files_are_gone_is_told_from_none(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path, "a")
    version = checkpoint.save_candidate(ConstantMember(np.array([0.5, 0.5])), VALIDATION)
    shutil.rmtree(checkpoint.place(version))
    with pytest.raises(FileNotFoundError):
        checkpoint.candidate()


def test_a_run_whose_folder_is_gone_does_not_come_into_being_anew(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Checkpoint(tmp_path / "moved" / "checkpoints", "a")
    assert not (tmp_path / "moved").exists()
