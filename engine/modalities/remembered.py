"""What was read from files, kept as long as there is room. No torch here."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Generic, Protocol, TypeVar, runtime_checkable
from weakref import WeakValueDictionary

from engine.arrays import Float32Array

K = TypeVar("K")
V = TypeVar("V")


@runtime_checkable
class Forgetful(Protocol):
    """Keeps what it read as long as there is memory."""

    def forget(self) -> None:
        """Let go of everything, and keep no more."""


def let_go(known: dict[str, Float32Array]) -> None:
    """Take those features out that nobody else holds; the others would only come into memory a second time."""
    held = WeakValueDictionary(known)
    known.clear()
    known.update(held.items())


class Remembered(Generic[K, V]):
    """Reads by ``read`` what is first wanted, and keeps what fits into ``room``, as ``size`` measures it.

    It may be asked from several threads; who gets something is not to write to it.
    """

    def __init__(self, read: Callable[[K], V], size: Callable[[V], int], room: int) -> None:
        self._read, self._size, self._room = read, size, room
        self._kept: dict[K, V] = {}
        self._lock = Lock()

    def get(self, key: K) -> V:
        """Return what is there; what reading raises goes to the caller, and is tried again the next time."""
        kept = self._kept.get(key)
        if kept is not None:
            return kept
        found = self._read(key)
        with self._lock:
            if key not in self._kept and self._size(found) <= self._room:
                self._kept[key] = found
                self._room -= self._size(found)
        return found

    def forget(self) -> None:
        """Let go of everything, and keep no more."""
        with self._lock:
            self._kept.clear()
            self._room = 0
