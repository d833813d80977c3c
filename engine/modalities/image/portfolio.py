"""Which learners to try on pictures, in order."""

from __future__ import annotations

from engine.modalities.portfolio import Entry
from engine.task import Task

_ENTRIES = (Entry("Thumbnails", "image.thumbnail_ridge", {}, first_slice=1.0),)


def portfolio(task: Task, size: int, device: str) -> tuple[Entry, ...]:
    """Return the entries for ``size`` training pictures."""
    return _ENTRIES
