"""Files are written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.files import commit, link_tree, read_json, write_bytes, write_json


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_json(tmp_path / "a.json", {"name": "déjà", "n": [1, 2.5, None]})
    assert read_json(tmp_path / "a.json") == {"name": "déjà", "n": [1, 2.5, None]}
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_failed_write_keeps_the_old_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_bytes(tmp_path / "a", b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_bytes(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.skipif(os.geteuid() != 0 or not Path("/bin/mount").exists(), reason="needs root to mount a small disk")
def test_a_full_disk_keeps_the_old_content(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], check=False)
    if mounted.returncode != 0:
        pytest.skip("this machine does not let a small disk be mounted")
    try:
        write_bytes(disk / "a", b"old")
        with pytest.raises(OSError, match="No space left"):
            write_bytes(disk / "a", b"x" * 200_000)
        assert (disk / "a").read_bytes() == b"old"
        assert [path.name for path in disk.iterdir()] == ["a"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.fixture
def flushed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The inodes that were put on disk, in order."""
    order: list[int] = []
    fsync = os.fsync

    def note(handle: int) -> None:
        order.append(os.fstat(handle).st_ino)
        fsync(handle)

    monkeypatch.setattr(os, "fsync", note)
    return order


def test_what_a_record_names_is_on_disk_before_it(tmp_path: Path, flushed: list[int]) -> None:
    (tmp_path / "part" / "deep").mkdir(parents=True)
    (tmp_path / "part" / "deep" / "file").write_text("content")
    (tmp_path / "single").write_text("content")
    commit(tmp_path / "record.json", {"n": 1}, tmp_path / "part", tmp_path / "single")
    named = [tmp_path / place for place in ("part/deep/file", "single", "record.json")]
    assert flushed == [place.stat().st_ino for place in named]


def test_a_linked_tree_is_on_disk_before_it_is_there(tmp_path: Path, flushed: list[int]) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "file").write_text("content")
    link_tree(tmp_path / "a", tmp_path / "b")
    assert flushed == [(tmp_path / "b" / "file").stat().st_ino]


def test_what_others_wrote_and_nobody_may_change_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("content")
    (tmp_path / "theirs").chmod(0o444)
    commit(tmp_path / "record.json", {}, tmp_path / "theirs")
    assert read_json(tmp_path / "record.json") == {}


def refuse(monkeypatch: pytest.MonkeyPatch, system: str, busy: int) -> list[float]:
    """Let a system refuse so many renames; return the list in which naps are noted instead of being taken."""
    answers, rename, naps = iter(range(busy)), Path.replace, list[float]()

    def rename_or_refuse(source: Path, target: Path) -> Path:
        if next(answers, None) is not None:
            raise PermissionError(13, "Access is denied")
        return rename(source, target)

    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(time, "sleep", naps.append)
    monkeypatch.setattr(Path, "replace", rename_or_refuse)
    return naps


@pytest.mark.parametrize(
    ("system", "busy", "replaced"), [("win32", 3, True), ("win32", 999, False), ("linux", 1, False)]
)
def test_windows_is_asked_again_while_somebody_reads_what_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str, busy: int, replaced: bool
) -> None:
    write_bytes(tmp_path / "a", b"old")
    naps = refuse(monkeypatch, system, busy)
    with contextlib.nullcontext() if replaced else pytest.raises(PermissionError):
        write_bytes(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == (b"new" if replaced else b"old")
    assert sum(naps) < 1.0


def test_windows_is_asked_again_while_somebody_reads_in_a_tree_that_was_linked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a" / "deep").mkdir(parents=True)
    (tmp_path / "a" / "deep" / "file").write_text("content")
    naps = refuse(monkeypatch, "win32", busy=1)
    link_tree(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b" / "deep" / "file").read_text() == "content"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]
    assert len(naps) == 1


def test_a_tree_is_linked_not_doubled(tmp_path: Path) -> None:
    (tmp_path / "a" / "deep").mkdir(parents=True)
    (tmp_path / "a" / "deep" / "file").write_text("content")
    link_tree(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b" / "deep" / "file").read_text() == "content"
    assert (tmp_path / "b" / "deep" / "file").stat().st_ino == (tmp_path / "a" / "deep" / "file").stat().st_ino
