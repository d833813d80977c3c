"""The worker's hold on its trainer: start it, give it slices, hear it, end it."""

from __future__ import annotations

import contextlib
import queue
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.device import thread_environment
from engine.worker.lines import hang_up, said, say

KILL_PATIENCE = 5.0


@dataclass(frozen=True)
class TrainerReply:
    """A reply of the trainer number ``generation``; ``{"reply": "gone"}`` when it ended."""

    generation: int
    message: dict[str, Any]


class TrainerHandle:
    """One trainer process, which imports its libraries and waits for a run. Its replies arrive in ``inbox``."""

    def __init__(self, inbox: queue.Queue[Any], generation: int = 1) -> None:
        self.generation = generation
        self._inbox = inbox
        env = {**thread_environment(), "PYTHONUNBUFFERED": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "engine.worker.trainer"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env
        )
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def expect(self, modality: str) -> None:
        """Tell what kind of data there will be."""
        self._send({"do": "expect", "modality": modality})

    def open(self, run_path: Path, device: str | None = None) -> None:
        """Let it open a run, to compute on ``device`` whatever is planned; it says when it is ready.

        What it logs goes to the run's ``trainer.log``.
        """
        self._send({"do": "open", "run": str(run_path), "device": device})

    def give(self, job: str, learner: str, seconds: float, left: float, frugality: int = 0) -> None:
        """Give a job of at most about ``seconds``: ``advance``, ``answer``, ``answer_test`` or ``measure``.

        ``left`` is how many seconds the budget holds from now on, ``frugality`` how often the learner has run out of
        memory.
        """
        self._send({"do": job, "learner": learner, "seconds": seconds, "left": left, "frugality": frugality})

    def interrupt(self) -> None:
        """Ask the running slice to end early."""
        self._send({"do": "interrupt"})

    def kill(self) -> None:
        """End the process at once; what its learners saved stays."""
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):  # one that hangs in a driver ends when that lets it go
            self._process.wait(KILL_PATIENCE)
        hang_up(self._process.stdin)

    def _send(self, message: dict[str, Any]) -> None:
        say(self._process.stdin, message)  # where it has ended, the listener says so

    def _listen(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        with stream:
            for message in said(stream):
                self._inbox.put(TrainerReply(self.generation, message))
        code = self._process.wait()
        self._inbox.put(TrainerReply(self.generation, {"reply": "gone", "code": code}))
