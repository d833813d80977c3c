"""Follow a run's events as they are written, from any process, at any time."""

from __future__ import annotations

from pathlib import Path

from engine.events import Event

_BEAT = b'"type": "heartbeat"'  # as it is written; within a text the quotes would be escaped


class EventTail:
    """Reads ``events.jsonl`` from the start, then whatever is added. A half-written last line waits for its end.

    With ``last_beat`` the last alone comes of heartbeats that are read at once: each only says how things stand, and
    hours have tens of thousands.
    """

    def __init__(self, path: Path, last_beat: bool = False) -> None:
        self._path = path
        self._last_beat = last_beat
        self._offset = 0
        self._rest = b""

    def poll(self) -> list[Event]:
        """Return the events added since the last call; empty when there are none, or no file yet."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                added = file.read()
        except FileNotFoundError:
            return []
        self._offset += len(added)
        *lines, self._rest = (self._rest + added).split(b"\n")
        wanted = _with_last_beat(lines) if self._last_beat else lines
        return [event for line in wanted if (event := _parse(line)) is not None]


def _with_last_beat(lines: list[bytes]) -> list[bytes]:
    places = (place for place in range(len(lines) - 1, -1, -1) if _BEAT in lines[place])
    last = next((place for place in places if _parse(lines[place]) is not None), None)
    return [line for place, line in enumerate(lines) if place == last or _BEAT not in line]


def _parse(line: bytes) -> Event | None:
    try:
        return Event.from_line(line.decode())
    except (ValueError, RecursionError):  # torn by a kill; the next writer starts on a new line
        return None
