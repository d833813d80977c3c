"""Full precision where it is asked for. No torch here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_asking = Lock()
_asked = 0


@contextmanager
def in_full() -> Iterator[None]:
    """Compute in float32 in all threads, whatever is faster: to be compared with what computes so elsewhere."""
    global _asked
    with _asking:
        _asked += 1
    try:
        yield
    finally:
        with _asking:
            _asked -= 1


def asked_for() -> bool:
    """Return whether somebody wants full precision now."""
    return _asked > 0
