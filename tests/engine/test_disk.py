"""A full disk is known by all its names, and nothing else is taken for it."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from safetensors import SafetensorError

from engine.disk import short_of_room


@pytest.fixture(autouse=True)
def much_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10**9))


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
        OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)),
        OSError("1024 requested and 512 written"),
        SafetensorError("Error while serializing: I/O error: No space left on device (os error 28)"),
        SafetensorError("Error while serializing: I/O error: There is not enough space on the disk. (os error 112)"),
    ],
)
def test_a_full_disk_is_known_by_all_its_names(error: BaseException, tmp_path: Path) -> None:
    assert short_of_room(error, tmp_path)


@pytest.mark.parametrize(
    "error", [ValueError("no room"), OSError(errno.EACCES, "denied"), SafetensorError("invalid header (os error 2)")]
)
def test_other_errors_are_not_taken_for_it(error: BaseException, tmp_path: Path) -> None:
    assert not short_of_room(error, tmp_path)


def test_whatever_fails_on_a_disk_that_is_almost_full_fails_for_want_of_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10**6))
    assert short_of_room(RuntimeError("unexpected position"), tmp_path)
