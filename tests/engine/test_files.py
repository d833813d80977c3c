"""Files are written whole or not at all."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from engine.files import link_tree, read_json, write_bytes, write_json


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


def test_a_tree_is_linked_not_doubled(tmp_path: Path) -> None:
    (tmp_path / "a" / "deep").mkdir(parents=True)
    (tmp_path / "a" / "deep" / "file").write_text("content")
    link_tree(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b" / "deep" / "file").read_text() == "content"
    assert (tmp_path / "b" / "deep" / "file").stat().st_ino == (tmp_path / "a" / "deep" / "file").stat().st_ino
