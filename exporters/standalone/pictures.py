"""Pictures: the bytes of a file become upright RGB, as the studio read those the model learned from."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.arrays import ByteArray
from engine.errors import DataError
from engine.modalities.image.decode import decode_bytes
from engine.task import Task
from exporters.standalone.errors import Unreadable

PIXELS_A_CALL = 4_000_000
PICTURES_A_CALL = 16


class PictureReader:
    """Reads pictures. An item is uint8 [height, width, 3]; items of one size share a call."""

    columns: tuple[str, ...] = ()

    def __init__(self, folder: Path, task: Task, manifest: Mapping[str, Any]) -> None:
        self._name = str(manifest["inputs"][0]["name"])

    def read(self, raw: bytes | str | Mapping[str, object]) -> ByteArray:
        """Return the picture in the bytes of a file."""
        if not isinstance(raw, bytes):
            raise Unreadable("This model takes pictures: send the bytes of a JPEG, PNG, WebP, BMP, GIF or TIFF file.")
        try:
            return decode_bytes(raw, "The picture")
        except DataError as error:
            raise Unreadable(str(error)) from error

    def kin(self, item: ByteArray) -> Hashable:
        """Return what items of one call share."""
        return item.shape

    def most(self, item: ByteArray) -> int:
        """Return how many items like this one fit in a call."""
        pixels: int = item.size // 3
        return min(PICTURES_A_CALL, max(1, PIXELS_A_CALL // pixels))

    def blank(self) -> ByteArray:
        """Return the smallest sample there is."""
        return np.zeros((1, 1, 3), dtype=np.uint8)

    def feeds(self, items: Sequence[ByteArray]) -> dict[str, np.ndarray[Any, Any]]:
        """Return what the graph takes for these items."""
        return {self._name: np.stack(items)}
