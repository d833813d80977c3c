from __future__ import annotations

import errno
from pathlib import Path

import pytest

from engine.worker.endings import MOVED, NO_ROOM, why_cut_off


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "no room left on the disk"),
        (MemoryError(), "too little memory"),
        (RuntimeError("CUDA out of memory. Tried to allocate 20.00 MiB"), "too little memory"),
        (KeyError("length"), "worker.log"),
    ],
)
def test_what_ended_a_sitting_is_told_with_what_to_do(error: Exception, told: str, tmp_path: Path) -> None:
    (tmp_path / "plan.json").touch()
    sentence = why_cut_off(error, tmp_path)
    assert told in sentence
    assert "What was learned is kept" in sentence
    assert "resume it" in sentence


def test_a_full_disk_is_told_of_as_during_a_slice(tmp_path: Path) -> None:
    (tmp_path / "plan.json").touch()
    assert why_cut_off(OSError(errno.EDQUOT, "Disk quota exceeded"), tmp_path) == NO_ROOM


def test_a_folder_that_is_gone_is_told_of_whatever_failed_for_it(tmp_path: Path) -> None:
    (tmp_path / "moved" / "cache").mkdir(parents=True)  # as is left where something wrote there once more
    assert why_cut_off(FileNotFoundError(errno.ENOENT, "No such file"), tmp_path / "moved") == MOVED
