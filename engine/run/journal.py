"""The journal: events are appended and flushed before anything is shown, and replayed when a run goes on."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BufferedWriter
from pathlib import Path
from typing import Any

from engine.curve import Point
from engine.events import Event
from engine.run.tail import EventTail


@dataclass
class Past:
    """What a learner did so far. ``frugality`` counts lacks of memory, ``failures`` all other failures.

    ``first`` are its seconds and its share of the work after its first slice, or after all in which it got ready;
    ``version`` is the last candidate judged; ``found`` are the best settings that a search knew at last.
    """

    slices: int = 0
    seconds: float = 0.0
    curve: list[tuple[float, float]] = field(default_factory=list)
    done: bool = False
    failures: int = 0
    share: float = 0.0
    frugality: int = 0
    first_look: bool = False
    first: tuple[float, float] = (0.0, 0.0)
    version: int = 0
    found: Mapping[str, Any] | None = None

    def worked(self, seconds: float, *, done: bool, share: float | None) -> None:
        """Note a slice; a ``share`` of None leaves what was known."""
        self.slices, self.seconds, self.done = self.slices + 1, self.seconds + seconds, done
        self.share = self.share if share is None else share
        if self.slices == 1 or (share is None and not self.share):  # it was only getting ready
            self.first = (self.seconds, self.share)


@dataclass
class Replay:
    """What a run's events say about where it stood.

    ``answered`` holds, for each time a candidate answered, its learner, the seconds and what share was answered then;
    ``withdrawn`` the newest version of a learner's candidate that could not be asked, ``told`` the sentences that the
    person was told.
    """

    events: int = 0
    active_s: float = 0.0
    curve: list[Point] = field(default_factory=list)
    learners: dict[str, Past] = field(default_factory=dict)
    started: bool = False
    answered: list[tuple[str, float, float]] = field(default_factory=list)
    withdrawn: dict[str, int] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)

    def learner(self, name: str) -> Past:
        """Return the past of one learner, empty where there is none."""
        return self.learners.setdefault(name, Past())


def replay(path: Path) -> Replay:
    """Read the events of an earlier sitting; an absent file is a run that never began."""
    state = Replay()
    for event in EventTail(path).poll():
        state.events = max(state.events, event.seq + 1)
        state.active_s = max(state.active_s, event.active_s)
        state.started = state.started or event.type == "started"
        _take(state, event)
    return state


def _take(state: Replay, event: Event) -> None:
    data = event.data
    if event.type == "point":
        state.curve.append(Point(event.active_s, data["score"], data["learner"]))
    elif event.type == "failed":
        past = state.learner(data["learner"])
        lacked_memory = data.get("reason") == "memory"
        past.frugality, past.failures = past.frugality + lacked_memory, past.failures + (not lacked_memory)
        if "withdrawn" in data:
            state.withdrawn[data["learner"]] = data["withdrawn"]
    elif event.type == "answered":
        share = 1.0 if data.get("through", True) else data.get("share", 0.0)  # earlier journals did not say
        state.answered.append((data["learner"], data["seconds"], share))
    elif event.type == "slice":
        past = state.learner(data["learner"])
        past.worked(data["seconds"], done=data["done"], share=data.get("share"))
        past.found = data.get("found", past.found)
    elif event.type == "evaluated":
        past = state.learner(data["learner"])
        past.curve.append((past.seconds, data["score"]))
        past.first_look = data.get("first_look", False)
        past.version = data.get("version", sys.maxsize)  # earlier journals did not say which
    elif event.type == "message":
        state.told.add(data["text"])


class Journal:
    """Appends events to ``events.jsonl`` and then says them on stdout."""

    def __init__(self, path: Path, clock: Callable[[], float], first: int = 0, echo: bool = True) -> None:
        self._clock = clock
        self._next = first
        self._echo = echo
        self._file = _open_whole(path)

    def write(self, kind: str, data: Mapping[str, Any] | None = None, active_s: float | None = None) -> Event:
        """Append one event; it is flushed to the system when this returns. ``active_s`` is now unless given."""
        moment = round(self._clock(), 3) if active_s is None else active_s
        event = Event(self._next, round(time.time(), 3), moment, kind, data or {})
        self._next += 1
        line = event.to_line() + "\n"
        self._file.write(line.encode())
        self._file.flush()
        self._say(line)
        return event

    def _say(self, line: str) -> None:
        if not self._echo:
            return
        try:
            sys.stdout.write(line)
            sys.stdout.flush()
        except (BrokenPipeError, ValueError, OSError):
            self._echo = False  # whoever listened is gone; the run goes on and the file has it all

    def close(self) -> None:
        """Close the file; what a full disk kept from being written was an error when it was to be."""
        with contextlib.suppress(OSError):
            self._file.close()


def _open_whole(path: Path) -> BufferedWriter:
    """Open for appending, on a line of its own after one that a kill tore."""
    torn = path.exists() and path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")
    file = path.open("ab")
    if torn:
        file.write(b"\n")
    return file
