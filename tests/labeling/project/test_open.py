from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from labeling.errors import (
    ProjectDamaged,
    ProjectError,
    ProjectExists,
    ProjectInUse,
    ProjectMissing,
    ProjectTooNew,
)
from labeling.project import Project
from labeling.project.migrations import APPLICATION_ID, MIGRATIONS

ROOT = Path(__file__).parents[3]
HOLDER = """
import sys
from labeling.project import Project
project = Project.open(sys.argv[1])
print("open", flush=True)
input()
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    """Start a real process that has the project open."""
    child = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "open\n"
    return child


def end(child: subprocess.Popen[str]) -> None:
    child.kill()
    child.communicate()


def test_a_second_process_is_told_who_has_it_open(make_project: Callable[..., Project]) -> None:
    project = make_project()
    project.close()
    child = holder(project.path)
    try:
        with pytest.raises(ProjectInUse) as refusal:
            Project.open(project.path)
    finally:
        end(child)
    assert (refusal.value.host, refusal.value.pid) == (socket.gethostname(), child.pid)
    assert refusal.value.since in str(refusal.value)


def test_the_lock_of_a_killed_process_is_taken_over(make_project: Callable[..., Project]) -> None:
    project = make_project([None])
    project.close()
    end(holder(project.path))
    with Project.open(project.path) as again:
        assert again.count() == 1


def test_a_second_window_of_the_same_process_is_told_too(make_project: Callable[..., Project]) -> None:
    project = make_project()
    with pytest.raises(ProjectInUse) as refusal:
        Project.open(project.path)
    assert refusal.value.pid == os.getpid()


def test_a_project_is_only_made_in_an_empty_folder(tmp_path: Path, make_project: Callable[..., Project]) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").touch()
    with pytest.raises(ProjectExists, match="something else"):
        Project.create(tmp_path / "mine")
    with pytest.raises(ProjectExists, match="already"):
        Project.create(make_project().path)


def test_a_folder_without_a_project_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(ProjectMissing):
        Project.open(tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("damage", [b"no database at all" * 300, b"SQLite format 3\0" + bytes(4000)])
def test_a_file_that_is_no_database_is_damage(make_project: Callable[..., Project], damage: bytes) -> None:
    project = make_project()
    project.close()
    (project.path / "project.db").write_bytes(damage)
    with pytest.raises(ProjectDamaged, match="damaged"):
        Project.open(project.path)
    assert (project.path / "project.db").read_bytes() == damage


def test_a_damaged_page_is_found_after_a_crash(make_project: Callable[..., Project]) -> None:
    project = make_project([f"class {number % 3}" for number in range(2000)])
    project.close()
    database = project.path / "project.db"
    data = bytearray(database.read_bytes())
    for start in range(4096 * 8, len(data), 4096 * 8):
        data[start : start + 64] = b"\xff" * 64
    database.write_bytes(data)
    (project.path / "project.lock").write_text("{}")
    with pytest.raises(ProjectDamaged, match="Restore project"):
        Project.open(project.path)


def test_the_database_of_another_program_is_not_touched(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "project.db")
    connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    with pytest.raises(ProjectDamaged, match="not a project"):
        Project.open(tmp_path)


def test_a_project_of_a_newer_version_is_not_touched(make_project: Callable[..., Project]) -> None:
    project = make_project()
    project.close()
    connection = sqlite3.connect(project.path / "project.db")
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    with pytest.raises(ProjectTooNew, match="newer version"):
        Project.open(project.path)


def test_a_project_can_be_opened_again_after_any_refusal(make_project: Callable[..., Project]) -> None:
    project = make_project()
    project.close()
    good = (project.path / "project.db").read_bytes()
    (project.path / "project.db").write_bytes(b"junk" * 2000)
    with pytest.raises(ProjectDamaged):
        Project.open(project.path)
    (project.path / "project.db").write_bytes(good)
    Project.open(project.path).close()


@pytest.mark.skipif(os.geteuid() != 0 or not Path("/bin/mount").exists(), reason="needs root to mount a small disk")
def test_a_full_disk_leaves_no_half_made_project(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24k", "tmpfs", str(disk)], check=False).returncode != 0:
        pytest.skip("this machine does not let a small disk be mounted")
    try:
        with pytest.raises(ProjectError, match=r"(?i)free (some )?space"):
            Project.create(disk / "project")
        assert not list((disk / "project").glob("project.db*"))
    finally:
        subprocess.run(["umount", str(disk)], check=True)
