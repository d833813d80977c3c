"""A wish to end, from any thread: nobody waits any more for what is being computed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Halted(Exception):
    """What was computed was ended before its time."""


class Halt:
    """Asked once, it stays asked. Whoever computes looks at it between two steps, or is told during one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: list[Callable[[], None]] = []
        self._is_asked = False

    @property
    def is_asked(self) -> bool:
        """Whether somebody asked for the end."""
        return self._is_asked

    def ask(self) -> None:
        """Tell all who compute to end."""
        with self._lock:
            self._is_asked = True
            for tell in self._told:
                tell()

    def check(self) -> None:
        """Let pass what is still wanted.

        Raises:
            Halted: it is not.
        """
        if self._is_asked:
            raise Halted

    @contextmanager
    def telling(self, tell: Callable[[], None]) -> Iterator[None]:
        """Call ``tell`` once the end is asked for, from the thread that asks; at once where it has been already."""
        with self._lock:
            self._told.append(tell)
            if self._is_asked:
                tell()
        try:
            yield
        finally:
            with self._lock:
                self._told.remove(tell)
