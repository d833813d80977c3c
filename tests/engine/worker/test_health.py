"""Memory, and who owns a run: one live process at a time, not merely a number in a file."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from engine.errors import RunError
from engine.files import write_json
from engine.worker.health import OWNER, memory_mb, owner, take_ownership

TAKES_THE_RUN = """
import sys
from pathlib import Path
from engine.worker.health import take_ownership
ballast = bytearray(64 * 2**20)
ballast[::4096] = b"x" * len(ballast[::4096])
take_ownership(Path(sys.argv[1]))
print("taken", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that owns the run."""
    command = [sys.executable, "-c", TAKES_THE_RUN, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "taken\n"
        yield process
        process.kill()


def test_a_run_nobody_works_on_has_no_owner(tmp_path: Path) -> None:
    assert owner(tmp_path) is None


def test_a_second_process_is_turned_away(worker: subprocess.Popen[str], tmp_path: Path) -> None:
    assert owner(tmp_path) == worker.pid
    with pytest.raises(RunError, match=f"number {worker.pid}"):
        take_ownership(tmp_path)
    assert owner(tmp_path) == worker.pid


def test_a_killed_worker_owns_nothing_even_before_it_is_reaped(worker: subprocess.Popen[str], tmp_path: Path) -> None:
    process = psutil.Process(worker.pid)
    worker.kill()
    os.waitid(os.P_PID, worker.pid, os.WEXITED | os.WNOWAIT)  # it has ended and is left a zombie
    assert process.status() == psutil.STATUS_ZOMBIE
    assert owner(tmp_path) is None
    worker.wait()
    assert owner(tmp_path) is None
    take_ownership(tmp_path)
    assert owner(tmp_path) == os.getpid()


def test_the_owner_may_take_it_again(tmp_path: Path) -> None:
    take_ownership(tmp_path)
    take_ownership(tmp_path)
    assert owner(tmp_path) == os.getpid()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux tells when a process began by no clock")
def test_an_owner_stays_one_when_the_clock_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    take_ownership(tmp_path)
    born = psutil.Process.create_time
    monkeypatch.setattr(psutil.Process, "create_time", lambda process: born(process) + 7200.0)
    assert owner(tmp_path) == os.getpid()


def test_a_process_that_merely_got_the_same_number_is_no_owner(tmp_path: Path) -> None:
    write_json(tmp_path / OWNER, {"pid": os.getpid(), "born": "another boot 17"})
    assert owner(tmp_path) is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": "x", "born": 1}', '{"pid": -4, "born": 1}', "null"])
def test_a_damaged_note_is_no_owner(content: str, tmp_path: Path) -> None:
    (tmp_path / OWNER).write_text(content)
    assert owner(tmp_path) is None


def test_memory_counts_the_children(worker: subprocess.Popen[str]) -> None:
    own = psutil.Process().memory_info().rss // 2**20
    assert memory_mb() >= own + 48


HOARD = """
from engine.worker.health import give_back, memory_mb
pieces = [bytes(2000) for _ in range(100_000)]
last = pieces[-1]  # at the end of the heap, which so cannot shrink by itself
full = memory_mb()
del pieces
freed = memory_mb()
give_back()
print(full - freed, full - memory_mb())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries keep nothing back, or cannot be asked")
def test_what_was_freed_goes_back_to_the_system() -> None:
    said = subprocess.run([sys.executable, "-c", HOARD], capture_output=True, text=True, check=True).stdout
    by_itself, returned = map(int, said.split())
    assert by_itself < 50 < 150 < returned


RACES_FOR_RUNS = """
import sys
from pathlib import Path
from engine.errors import RunError
from engine.worker.health import take_ownership
print("ready", flush=True)
for line in sys.stdin:
    try:
        take_ownership(Path(line.strip()))
        print("taken", flush=True)
    except RunError:
        print("refused", flush=True)
"""


def test_of_two_that_come_at_the_same_moment_one_gets_the_run(tmp_path: Path) -> None:
    command = [sys.executable, "-c", RACES_FOR_RUNS]
    pipe = subprocess.PIPE
    with (
        subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, bufsize=1) as one,
        subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, bufsize=1) as other,
    ):
        racers = (one, other)
        assert {_said(racer) for racer in racers} == {"ready"}
        for number in range(20):
            run = tmp_path / str(number)
            run.mkdir()
            for racer in racers:
                assert racer.stdin is not None
                racer.stdin.write(f"{run}\n")
            assert sorted(_said(racer) for racer in racers) == ["refused", "taken"]


def _said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


LOGS = """
import sys
from pathlib import Path
from engine.worker.health import log_to
log_to(Path(sys.argv[1]))
print("said", flush=True)
print("complained", file=sys.stderr, flush=True)
"""


@pytest.mark.parametrize(
    ("out", "err", "logged"),
    [
        (subprocess.DEVNULL, subprocess.DEVNULL, ["complained"]),
        (subprocess.PIPE, subprocess.STDOUT, ["said", "complained"]),
        (subprocess.PIPE, subprocess.DEVNULL, ["complained"]),
    ],
)
def test_what_is_said_to_nobody_is_not_logged(out: int, err: int, logged: list[str], tmp_path: Path) -> None:
    command = [sys.executable, "-c", LOGS, str(tmp_path / "worker.log")]
    subprocess.run(command, stdout=out, stderr=err, check=True)
    assert (tmp_path / "worker.log").read_text().split() == logged
