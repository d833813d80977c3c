"""Sounds: the bytes of a file become mono at 16 kHz, as the studio read those the model learned from."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from engine.arrays import Float32Array
from engine.errors import DataError
from engine.modalities.audio.decode import decode_bytes
from engine.task import Task
from exporters.standalone.errors import Unreadable

NUMBERS_A_CALL = 16_000 * 60
SOUNDS_A_CALL = 16


class SoundReader:
    """Reads sounds. An item is float32 [n] at 16 kHz; items of one length share a call."""

    columns: tuple[str, ...] = ()

    def __init__(self, folder: Path, task: Task, manifest: Mapping[str, Any]) -> None:
        self._name = str(manifest["inputs"][0]["name"])

    def read(self, raw: bytes | str | Mapping[str, object]) -> Float32Array:
        """Return the sound in the bytes of a file."""
        if not isinstance(raw, bytes):
            raise Unreadable("This model takes sounds: send the bytes of a WAV, FLAC, Ogg, MP3, AIFF, AU or CAF file.")
        try:
            return decode_bytes(raw, "The sound")
        except DataError as error:
            raise Unreadable(str(error)) from error

    def kin(self, item: Float32Array) -> Hashable:
        """Return what items of one call share."""
        return len(item)

    def most(self, item: Float32Array) -> int:
        """Return how many items like this one fit in a call."""
        return min(SOUNDS_A_CALL, max(1, NUMBERS_A_CALL // max(1, len(item))))

    def blank(self) -> Float32Array:
        """Return the smallest sample there is."""
        return np.zeros(1, dtype=np.float32)

    def feeds(self, items: Sequence[Float32Array]) -> dict[str, np.ndarray[Any, Any]]:
        """Return what the graph takes for these items: [n, samples]."""
        return {self._name: np.stack(items)}
