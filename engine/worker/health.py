"""Small facts about processes: their memory, where they complain, and whether somebody already works on a run."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil

from engine.errors import RunError
from engine.files import read_json, write_json

OWNER = "worker.json"
_DOOR = "worker.lock"
_STARTED = 19  # which of the fields after the name in /proc/PID/stat (proc(5): number 22, ticks since the start)


def log_to(path: Path) -> None:
    """Append to a file from now on whatever this process, or a library in it, writes to stderr.

    So does stdout where it was the same stream, lest whoever listened to that goes on listening in vain. To the null
    device nobody listens: what goes there by either way stays two streams.
    """
    before = os.fstat(2)
    with path.open("ab") as log, Path(os.devnull).open("rb") as null:
        together = not os.path.samestat(before, os.fstat(null.fileno()))
        for stream in (1, 2):
            if stream == 2 or (together and os.path.samestat(os.fstat(stream), before)):
                os.dup2(log.fileno(), stream)


def memory_mb() -> int:
    """Return the resident memory of this process and its children, in MiB."""
    total = 0
    process = psutil.Process()
    for one in [process, *process.children(recursive=True)]:
        try:
            total += one.memory_info().rss
        except psutil.Error:  # it ended meanwhile
            continue
    return total // 2**20


def give_back() -> None:
    """Return to the system what this process has freed, where its C library (glibc) would keep it."""
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError, TypeError):  # another C library, or Windows
        return
    trim(0)


def owner(run_path: Path) -> int | None:
    """Return the process id of the worker that works on this run; None when there is none."""
    try:
        facts = read_json(run_path / OWNER)
        process = psutil.Process(int(facts["pid"]))
        same = facts["born"] == _born(process)  # process ids are used again
        return process.pid if same and process.status() != psutil.STATUS_ZOMBIE else None
    except (OSError, ValueError, KeyError, TypeError, psutil.Error):
        return None


def take_ownership(run_path: Path) -> None:
    """Note that this process works on the run.

    Raises:
        RunError: another live process does.
    """
    with _alone(run_path / _DOOR):
        other = owner(run_path)
        if other is not None and other != os.getpid():
            raise RunError(f"Another process (number {other}) is already training {run_path}. Wait for it, or stop it.")
        write_json(run_path / OWNER, {"pid": os.getpid(), "born": _born(psutil.Process())})


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Let one process in at a time; of one that dies inside, the system opens the door."""
    with path.open("ab") as door:
        with contextlib.suppress(OSError):  # a drive that knows no locks, where two at the same instant are not told
            if sys.platform == "win32":
                import msvcrt

                msvcrt.locking(door.fileno(), msvcrt.LK_LOCK, 1)
            else:
                import fcntl

                fcntl.flock(door, fcntl.LOCK_EX)
        yield


def _born(process: psutil.Process) -> str:
    """Return what tells a process from a later one of the same number, whatever is done to the clock meanwhile."""
    try:
        # Linux counts from the start of the machine; the time of day that psutil makes of it moves with the clock.
        fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2]
        machine = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
        return f"{machine} {fields.split()[_STARTED]}"
    except (OSError, IndexError):
        return f"{process.create_time():.2f}"
