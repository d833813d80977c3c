"""Start a worker, speak to it, and find one that still runs. For the command line and the studio; no torch, no Qt."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from pathlib import Path

import psutil

from engine.run.folder import RunFolder
from engine.worker.control import COMMANDS
from engine.worker.health import owner

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
        line = (json.dumps({"command": command}) + "\n").encode()
        if isinstance(self._process, subprocess.Popen) and self._process.stdin is not None:
            try:
                self._process.stdin.write(line)
                self._process.stdin.flush()
            except (BrokenPipeError, ValueError):
                return  # it has ended
            return
        with RunFolder.open(self.run_path).control_path.open("ab") as file:
            file.write(line)

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
        if isinstance(self._process, subprocess.Popen) and self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()


def start(run_path: Path, give_way: bool = False) -> WorkerHandle:
    """Start a worker on a run folder, in a session of its own so that closing a terminal or window leaves it alone.

    With ``give_way`` it lets a window, and all else a person does meanwhile, have the processor first.
    """
    with (run_path / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "engine.worker", str(run_path), *([GIVE_WAY] if give_way else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,  # the same events stand in events.jsonl, which no reader can block
            stderr=log,
            start_new_session=True,
        )
    return WorkerHandle(run_path, process)


def attach(run_path: Path) -> WorkerHandle | None:
    """Return a handle on the worker that works on this run now; None when there is none."""
    pid = owner(run_path)
    return WorkerHandle(run_path, psutil.Process(pid)) if pid is not None else None
