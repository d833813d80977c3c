"""Look at pictures after they were taken in: a project is of use before all are searched for near-copies.

What is written here is seen in the files and no change a person made, so the history does not hold it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from engine.task import Modality
from labeling.errors import MediaRefused
from labeling.media import MEDIA
from labeling.project.samples import PRESENT
from labeling.project.store import Store

NOTHING = b""


def unseen(store: Store) -> list[int]:
    """Return the numbers of the pictures not looked at so far, in the order they were added."""
    where = f"tones IS NULL AND look IS NULL AND reference IS NOT NULL AND {PRESENT}"
    return [number for (number,) in store.rows(f"SELECT id FROM sample WHERE {where} ORDER BY id")]


def look_at(store: Store, numbers: Sequence[int], cancelled: Callable[[], bool] | None = None) -> int:
    """Look at these pictures and keep what was seen; return how many of them cannot be opened."""
    marks = ", ".join("?" * len(numbers))
    found = store.rows(f"SELECT id, reference FROM sample WHERE id IN ({marks})", numbers)
    seen, broken = [], 0
    for number, reference in found:
        if cancelled is not None and cancelled():
            break
        try:
            picture = MEDIA[Modality.IMAGE].examine(Path(reference))
            seen.append((picture.look, picture.tones, number))
        except MediaRefused:
            seen.append((None, NOTHING, number))
            broken += 1
    with store.atomic() as connection:
        connection.executemany("UPDATE sample SET look = ?, tones = ? WHERE id = ?", seen)
    store.fold_log(waiting=False)
    return broken
