"""Start a worker, speak to it, and find one that still runs. For the command line and the studio; no torch, no Qt."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Self

import psutil

from engine.run.folder import RunFolder
from engine.task import Modality
from engine.worker.control import COMMANDS
from engine.worker.health import owner
from engine.worker.lines import hang_up, say

GIVE_WAY = "--give-way"


class WorkerHandle:
    """A worker process. It survives whoever started it; commands reach it through the run folder all the same."""

    def __init__(self, run_path: Path, process: psutil.Process | subprocess.Popen[bytes]) -> None:
        self.run_path = run_path
        self._process = process

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def alive(self) -> bool:
        """Whether it runs."""
        if isinstance(self._process, subprocess.Popen):
            running = self._process.poll() is None
            if not running:
                self.release()
            return running
        return bool(self._process.is_running()) and self._process.status() != psutil.STATUS_ZOMBIE

    def send(self, command: str) -> None:
        """Say ``pause``, ``resume``, ``finish`` or ``discard``.

        Raises:
            ValueError: another word.
        """
        if command not in COMMANDS:
            raise ValueError(f"A worker knows {', '.join(COMMANDS)}, but got {command!r}.")
        message = {"command": command}
        if isinstance(self._process, subprocess.Popen) and self._process.stdin is not None:
            say(self._process.stdin, message)
            return
        with RunFolder.open(self.run_path).control_path.open("ab") as file:
            file.write((json.dumps(message) + "\n").encode())

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait for its end and return the exit code, if known; None when it still runs after ``timeout`` seconds."""
        try:
            code = self._process.wait(timeout)
        except (subprocess.TimeoutExpired, psutil.TimeoutExpired):
            return None
        self.release()
        return int(code) if code is not None else None

    def kill(self) -> None:
        """End it at once; its trainer ends with it. The best model so far stays."""
        self._process.kill()
        self._process.wait()
        self.release()

    def release(self) -> None:
        """Let go of the pipe and leave the worker running."""
        if isinstance(self._process, subprocess.Popen):
            hang_up(self._process.stdin)


def _group_of_its_own() -> int:
    """Return what starts a process that no Ctrl-C for this one reaches, on Windows, which knows no sessions."""
    if sys.platform == "win32":
        return subprocess.CREATE_NEW_PROCESS_GROUP
    return 0


class Standby:
    """A worker that has been started and imports its libraries while its run is still being prepared.

    As a context manager, it is sent away at the end unless it was given a run.
    """

    def __init__(self, give_way: bool = False) -> None:
        self._give_way = give_way
        self._process: subprocess.Popen[bytes] | None = subprocess.Popen(
            [sys.executable, "-m", "engine.worker", *([GIVE_WAY] if give_way else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,  # the same events stand in events.jsonl, which no reader can block
            stderr=None if sys.stderr is not None else subprocess.DEVNULL,  # until it knows the run's worker.log
            start_new_session=True,
            creationflags=_group_of_its_own(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.dismiss()

    def expect(self, modality: Modality) -> None:
        """Tell what kind of data the run will have, so that what the first learner needs is imported too."""
        self._say({"expect": modality.value})

    def begin(self, run_path: Path) -> WorkerHandle:
        """Let it work on a run; one that has died meanwhile is replaced."""
        if self._process is None or self._process.poll() is not None:
            self.dismiss()
            return Standby(self._give_way).begin(run_path)
        self._say({"run": str(run_path.absolute())})
        process, self._process = self._process, None
        return WorkerHandle(run_path, process)

    def dismiss(self) -> None:
        """Send it away."""
        if self._process is None:
            return
        process, self._process = self._process, None
        hang_up(process.stdin)
        process.wait()

    def _say(self, message: dict[str, str]) -> None:
        assert self._process is not None
        say(self._process.stdin, message)  # where it has died, that is seen when it is to begin


def start(run_path: Path, give_way: bool = False) -> WorkerHandle:
    """Start a worker on a run folder, in a session of its own so that closing a terminal or window leaves it alone.

    With ``give_way`` it lets a window, and all else a person does meanwhile, have the processor first.
    """
    return Standby(give_way).begin(run_path)


def attach(run_path: Path) -> WorkerHandle | None:
    """Return a handle on the worker that works on this run now; None when there is none."""
    pid = owner(run_path)
    return WorkerHandle(run_path, psutil.Process(pid)) if pid is not None else None
