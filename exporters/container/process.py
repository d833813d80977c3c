"""Run an engine's command: heard line by line, stopped when asked, and never left behind."""

from __future__ import annotations

import math
import os
import queue
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

_KEPT_LINES = 60
_POLL_S = 0.1
_GRACE_S = 5.0
_QUIET_S = 2.0
_OWN_GROUP = os.name == "posix"


class Cancelled(Exception):
    """The person asked to stop; what had been begun is gone."""


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, None where it took too long, and the last lines that it said."""

    code: int | None
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """All that was kept of what it said."""
        return "\n".join(self.lines)


def run(
    command: Sequence[str],
    limit_s: float,
    environment: Mapping[str, str] | None = None,
    heard: Callable[[str], None] = lambda line: None,
    cancel: threading.Event | None = None,
) -> Ended:
    """Run ``command`` for at most ``limit_s`` seconds; ``heard`` is told every line as it comes, in this thread.

    Raises:
        Cancelled: ``cancel`` was set; the command and what it started have been ended.
        OSError: it cannot be started.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, **(environment or {})},
        start_new_session=_OWN_GROUP,
    )
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    reader = threading.Thread(target=_read, args=(process, lines), daemon=True)
    reader.start()
    try:
        return _listen(process, lines, time.monotonic() + limit_s, heard, cancel)
    finally:
        _end(process)
        reader.join(_POLL_S)


def _read(process: subprocess.Popen[str], lines: queue.SimpleQueue[str | None]) -> None:
    if process.stdout is not None:
        with process.stdout as output:
            for line in output:
                lines.put(line.rstrip())
    lines.put(None)


def _listen(
    process: subprocess.Popen[str],
    lines: queue.SimpleQueue[str | None],
    deadline: float,
    heard: Callable[[str], None],
    cancel: threading.Event | None,
) -> Ended:
    kept: deque[str] = deque(maxlen=_KEPT_LINES)
    quiet_until = math.inf  # where it has ended but left a child that holds its output open, which is not waited for
    while True:
        if cancel is not None and cancel.is_set():
            raise Cancelled
        now = time.monotonic()
        if now > deadline:
            return Ended(None, tuple(kept))
        if quiet_until == math.inf and process.poll() is not None:
            quiet_until = now + _QUIET_S
        try:
            line = lines.get(timeout=_POLL_S)
        except queue.Empty:
            if now < quiet_until:
                continue
            line = None
        if line is None:
            return Ended(_code(process), tuple(kept))
        kept.append(line)
        heard(line)


def _code(process: subprocess.Popen[str]) -> int | None:
    """Return the exit code of one that says nothing more; None where it does not end for all that."""
    try:
        return process.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        return None


def _end(process: subprocess.Popen[str]) -> None:
    if process.poll() is not None:
        return
    _signal(process, signal.SIGTERM)
    try:
        process.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        _signal(process, getattr(signal, "SIGKILL", signal.SIGTERM))
        process.wait()


def _signal(process: subprocess.Popen[str], number: int) -> None:
    with suppress(ProcessLookupError):
        if _OWN_GROUP:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
