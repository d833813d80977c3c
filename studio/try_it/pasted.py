"""What is on the clipboard, as files that the model can be asked about."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PySide6.QtGui import QGuiApplication


class Pasted:
    """Keeps pasted pictures as files in a scratch folder until it is told to forget them."""

    def __init__(self) -> None:
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self._number = 0

    def paths(self) -> list[Path]:
        """Return copied files, or a file made of a copied picture; empty when there is neither."""
        clipboard = QGuiApplication.clipboard()
        copied = [Path(url.toLocalFile()) for url in clipboard.mimeData().urls() if url.isLocalFile()]
        image = clipboard.image()
        if copied or image.isNull():
            return copied
        if self._scratch is None:
            self._scratch = tempfile.TemporaryDirectory(prefix="autodidact-pasted-", ignore_cleanup_errors=True)
        self._number += 1
        path = Path(self._scratch.name) / f"pasted-{self._number}.png"
        image.save(str(path))
        return [path]

    def forget(self) -> None:
        """Remove the scratch folder."""
        if self._scratch is not None:
            self._scratch.cleanup()
            self._scratch = None
