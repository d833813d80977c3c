"""Pictures for the screen: thumbnails from the project's cache, and whole ones at the size they are shown at."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QImage


def thumbnail_image(path: Path, side: int, cache: Path) -> QImage:
    """Return a thumbnail, a null image where the picture cannot be opened; for threads."""
    from labeling.thumbnails import thumbnail

    from labeling.errors import LabelingError

    try:
        data = thumbnail(path, side, cache)
    except (LabelingError, OSError):
        return QImage()
    return QImage.fromData(data)


def picture_image(path: Path, side: int) -> QImage:
    """Return the picture with its longer side at most ``side``, a null image where it cannot be opened; for threads."""
    from labeling.thumbnails import scaled

    from labeling.errors import LabelingError

    try:
        picture = scaled(path, side)
    except (LabelingError, OSError):
        return QImage()
    rgb = picture.convert("RGB")
    data = rgb.tobytes()
    return QImage(data, rgb.width, rgb.height, 3 * rgb.width, QImage.Format.Format_RGB888).copy()
