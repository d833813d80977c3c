"""Commands from outside: JSON lines on stdin, or appended to ``control.jsonl`` by whoever has no pipe.

``{"command": "pause"}``; the words are ``pause``, ``resume``, ``finish`` and ``discard``.
"""

from __future__ import annotations

import json
import queue
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMMANDS = ("pause", "resume", "finish", "discard")


@dataclass(frozen=True)
class Command:
    """One word from outside."""

    word: str


def parse(line: str) -> Command | None:
    """Return the command in a line; None when it is none (a stray line must not stop a run).

    >>> parse('{"command": "pause"}')
    Command(word='pause')
    """
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        content = line.strip()
    word = content.get("command") if isinstance(content, dict) else content
    return Command(word) if isinstance(word, str) and word in COMMANDS else None


def listen_to_stdin(inbox: queue.Queue[Any]) -> None:
    """Put stdin's commands into ``inbox`` from a thread of its own. Its end means nothing: the run goes on."""

    def listen() -> None:
        for line in sys.stdin:
            if command := parse(line):
                inbox.put(command)

    threading.Thread(target=listen, daemon=True).start()


class ControlFile:
    """Reads commands appended to ``control.jsonl`` since the run began this time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = path.stat().st_size if path.exists() else 0

    def poll(self) -> list[Command]:
        """Return the new commands."""
        if not self._path.exists() or self._path.stat().st_size <= self._offset:
            return []
        with self._path.open("rb") as file:
            file.seek(self._offset)
            added = file.read()
        whole = added[: added.rfind(b"\n") + 1]
        self._offset += len(whole)
        lines = whole.decode(errors="replace").splitlines()
        return [command for line in lines if (command := parse(line))]
