"""Ask a model questions from a process that has no torch: a predictor child, kept warm between questions."""

from __future__ import annotations

import itertools
import subprocess
import sys
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from engine.device import thread_environment
from engine.errors import ModelError
from engine.worker.lines import hang_up, said, say

Answers = list[dict[str, Any]]


class PredictorHandle:
    """A predictor process on one model folder. Answers come as futures, set from a thread of this handle."""

    def __init__(self, model_path: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "engine.worker.predictor", str(model_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=thread_environment(),
        )
        self._numbers = itertools.count()
        self._waiting: dict[int, Future[Answers]] = {}
        self._lock = threading.Lock()
        self._ended: str | None = None
        self.ready: Future[bool] = Future()
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def ask(self, items: Sequence[Any]) -> Future[Answers]:
        """Ask about paths of media or rows as mappings; see :mod:`engine.worker.predictor` for the answers.

        The future fails with ModelError when the model cannot be loaded or the process ends.
        """
        future: Future[Answers] = Future()
        with self._lock:
            if self._ended is not None:
                future.set_exception(ModelError(self._ended))
                return future
            number = next(self._numbers)
            self._waiting[number] = future
        if not say(self._process.stdin, {"id": number, "items": list(items)}):
            self._end("The model could not be asked: its process has ended. Try again.")
        return future

    def close(self) -> None:
        """End the process; open questions fail."""
        self._process.kill()
        self._process.wait()
        hang_up(self._process.stdin)
        self._listener.join()

    def _listen(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        reason = "The model's process ended before it answered. Try again."
        with stream:
            for message in said(stream):
                if "fatal" in message:
                    reason = message["fatal"]
                elif "ready" in message:
                    self.ready.set_result(True)
                else:
                    self._answered(message)
        self._end(reason)

    def _answered(self, message: dict[str, Any]) -> None:
        with self._lock:
            future = self._waiting.pop(message["id"], None)
        if future is not None:  # else the question has failed meanwhile
            future.set_result(message["answers"])

    def _end(self, reason: str) -> None:
        with self._lock:
            self._ended = reason
            open_questions = list(self._waiting.values())
            self._waiting.clear()
        for future in open_questions:
            future.set_exception(ModelError(reason))
        if not self.ready.done():
            self.ready.set_exception(ModelError(reason))
