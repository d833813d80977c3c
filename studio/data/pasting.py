"""What is on the clipboard, as files to take in: copied files, paths written as text, or a copied picture."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from studio.recent import home

_MOST_LINES = 1000


def pasted_paths() -> list[Path]:
    """Return the files and folders on the clipboard; a picture becomes a file in ``pasted`` beside the projects.

    Raises:
        OSError: that file cannot be written.
    """
    clipboard = QGuiApplication.clipboard()
    mime = clipboard.mimeData()
    if mime is None:  # after it was cleared, on some platforms
        return []
    copied = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
    if copied:
        return copied
    written = _paths_in(mime.text())
    image = clipboard.image()
    if written or image.isNull():
        return written
    path = home() / "pasted" / f"pasted {datetime.now():%Y-%m-%d %H-%M-%S-%f}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not image.save(str(path)):
        raise OSError(f"The pasted picture could not be written to {path}. Make room there.")
    return [path]


def _paths_in(text: str) -> list[Path]:
    """Return the paths of things that are there, one a line, with quotation marks around them or without."""
    lines = [line.strip().strip("\"'").removeprefix("file://") for line in text.splitlines()[:_MOST_LINES]]
    return [Path(line).expanduser() for line in lines if line and _is_there(line)]


def _is_there(line: str) -> bool:
    try:
        path = Path(line).expanduser()
        return path.is_absolute() and path.exists()
    except (OSError, ValueError, RuntimeError):  # too long, or nothing that a path can hold
        return False
