"""Plain words as the window says them: those of :mod:`engine.wording`, and what only a window needs."""

from __future__ import annotations

from engine.wording import amount, capital, count, duration, listing, noun, of_100, size, things

__all__ = ["ago", "amount", "capital", "count", "duration", "listing", "noun", "of_100", "size", "things"]


def ago(seconds: float) -> str:
    """Return how long ago, coarse enough to be read without haste.

    >>> ago(3), ago(125), ago(4000)
    ('just now', '2 min ago', '1 h ago')
    """
    if seconds < 10:
        return "just now"
    if seconds < 60:
        return f"{int(seconds // 10) * 10} s ago"
    if seconds < 3600:
        return f"{int(seconds // 60)} min ago"
    return f"{int(seconds // 3600)} h ago"
