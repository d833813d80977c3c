"""Small pictures for the window: decoded no larger than needed, kept in a cache that may be deleted at any time."""

from __future__ import annotations

import io
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from engine.pictures import turned_upright
from engine.task import Modality
from labeling.errors import MediaRefused, ProjectError
from labeling.media import MEDIA
from labeling.media.base import read_bytes
from labeling.media.picture import DAMAGED, eight_bit, on_white, open_picture
from labeling.project.store import Store
from labeling.waveform import waveform

if TYPE_CHECKING:
    from PIL.Image import Image

QUALITY = 85
CACHE_NAME = "thumbnails.db"
MAX_KEPT = 200_000
DROPPED_AT_ONCE = 20_000


def thumbnail(path: Path, side: int) -> bytes:
    """Return a picture, or that of a sound, as a JPEG of at most ``side`` pixels, upright and on white.

    Raises:
        MediaRefused: it cannot be opened, with the reason.
    """
    out = io.BytesIO()
    reduced(path, side).save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def reduced(path: Path, side: int) -> Image:
    """Return a picture, or that of a sound, in RGB with at most ``side`` pixels a side, upright and on white.

    Raises:
        MediaRefused: it cannot be opened, with the reason.
    """
    from PIL.Image import Resampling

    if MEDIA[Modality.AUDIO].owns(path.name):
        return waveform(path, side)
    image = open_picture(read_bytes(path))
    try:
        image.draft("RGB", (side, side))
        image = eight_bit(turned_upright(image))
        image.thumbnail((side, side), Resampling.BILINEAR, reducing_gap=2.0)
        return on_white(image)
    except DAMAGED as error:
        raise MediaRefused(f"The picture is damaged or cut off ({error}).") from error


class Thumbnails:
    """Thumbnails kept in a folder, found by the content of the picture. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self._store = _cache(folder / CACHE_NAME)

    def get(self, path: Path, content: str, side: int) -> bytes:
        """Return the thumbnail of the picture at ``path``, whose bytes have the hash ``content``.

        Raises:
            MediaRefused: it cannot be opened, with the reason.
        """
        kept: bytes | None = self._store.value("SELECT jpeg FROM kept WHERE content = ? AND side = ?", (content, side))
        if kept is not None:
            return kept
        made = thumbnail(path, side)
        with suppress(ProjectError), self._store.atomic() as connection:  # on a full disk it is made anew each time
            connection.execute(
                "INSERT OR REPLACE INTO kept (content, side, jpeg) VALUES (?, ?, ?)", (content, side, made)
            )
            self._drop_oldest(connection)
        return made

    def close(self) -> None:
        """Close the cache."""
        self._store.close()

    @staticmethod
    def _drop_oldest(connection: sqlite3.Connection) -> None:
        newest, oldest = connection.execute("SELECT max(rowid), min(rowid) FROM kept").fetchone()
        if newest - oldest >= MAX_KEPT:
            connection.execute("DELETE FROM kept WHERE rowid < ?", (oldest + DROPPED_AT_ONCE,))


def _cache(path: Path) -> Store:
    """Open the cache, making a damaged one anew."""
    try:
        return _opened(path)
    except (ProjectError, sqlite3.DatabaseError):
        for file in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
            file.unlink(missing_ok=True)
        return _opened(path)


def _opened(path: Path) -> Store:
    store = Store(path, durable=False)
    try:
        with store.atomic() as connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS kept "
                "(id INTEGER PRIMARY KEY, content TEXT, side INTEGER, jpeg BLOB, UNIQUE (content, side))"
            )
    except (ProjectError, sqlite3.DatabaseError):
        store.close()
        raise
    return store
