"""Follow a run's events as they are written, from any process, at any time."""

from __future__ import annotations

from pathlib import Path

from engine.events import Event

_BEAT = b'"type": "heartbeat"'  # as it is written; within a text the quotes would be escaped


class EventTail:
    """Reads ``events.jsonl`` from the start, then whatever is added. A half-written last line waits for its end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._rest = b""

    def poll(self) -> list[Event]:
        """Return the events added since the last call; empty when there are none, or no file yet.

        Of heartbeats read at once the last alone: each only says how things stand, and hours have tens of thousands.
        """
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                added = file.read()
        except FileNotFoundError:
            return []
        self._offset += len(added)
        *lines, self._rest = (self._rest + added).split(b"\n")
        beats = [number for number, line in enumerate(lines) if _BEAT in line]
        passed = set(beats[:-1])
        told = (_parse(line) for number, line in enumerate(lines) if number not in passed)
        return [event for event in told if event is not None]


def _parse(line: bytes) -> Event | None:
    try:
        return Event.from_line(line.decode())
    except ValueError:  # torn by a kill; the next writer starts on a new line
        return None
