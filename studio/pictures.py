"""Pictures for the screen: thumbnails from the project's cache, and whole ones at the size they are shown at."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from engine.task import Modality
from labeling.media import MEDIA
from studio.texts import page_image

if TYPE_CHECKING:
    from labeling.thumbnails import Thumbnails

THUMBNAIL_SIDE = 192
LARGE_SIDE = 1600


def thumbnail_image(cache: Thumbnails | None, path: str, content: str) -> QImage:
    """Return a thumbnail, a null image where the picture cannot be opened or the cache was closed; for threads."""
    from labeling.errors import LabelingError

    if cache is None:
        return QImage()
    if MEDIA[Modality.TEXT].owns(path):
        return page_image(path, THUMBNAIL_SIDE)
    try:
        data = cache.get(Path(path), content, THUMBNAIL_SIDE)
    except (LabelingError, OSError, sqlite3.Error):
        return QImage()
    return QImage.fromData(data)


def large_image(path: str, _content: str) -> QImage:
    """Return the picture as large as a screen needs it, a null image where it cannot be opened; for threads.

    It is decoded without Qt, which would keep all other threads from running Python meanwhile.
    """
    from labeling.errors import LabelingError
    from labeling.thumbnails import reduced

    try:
        picture = reduced(Path(path), LARGE_SIDE)
    except (LabelingError, OSError):
        return QImage()
    rows = QImage(picture.tobytes(), picture.width, picture.height, 3 * picture.width, QImage.Format.Format_RGB888)
    return rows.convertToFormat(QImage.Format.Format_RGB32)  # as the screen wants it: converted here, not while drawing
