"""Waveform and spectrogram of the stretch in sight, as pictures; what is not read yet is left empty."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from labeling.sounds.overview import BLOCK
from labeling.sounds.spectrum import ROWS, STEPS_PER_DB
from studio.label.sound_loader import COLUMNS, FINEST, SoundLoader, Tile
from studio.label.time_view import TimeView
from studio.theme import colours

_RANGE_DB = 72.0
_QUIET = 0.02  # a sound as quiet as this is not drawn at full height
_SHADES = {  # from silence to the loudest: one dark hue after the other, each brighter, so that grey eyes see them too
    True: ((0.0, "#14161c"), (0.35, "#33246e"), (0.65, "#a23a7c"), (0.85, "#f08a3c"), (1.0, "#fff3c4")),
    False: ((0.0, "#ffffff"), (0.35, "#c9d3f5"), (0.65, "#6f7fd6"), (0.85, "#5a2a86"), (1.0, "#1d0b2e")),
}


class SoundPicture:
    """Draws what the loader has of the stretch in sight."""

    def __init__(self, loader: SoundLoader, view: TimeView) -> None:
        self._loader, self._view = loader, view

    def hop(self) -> int:
        """Return how many frames a column of the tiles has that are shown: a power of two, a pixel or a little less."""
        overview = self._loader.overview
        if overview is None:
            return FINEST
        pixel = self._view.span * overview.rate / self._view.width
        return max(FINEST, 1 << max(0, math.floor(math.log2(max(1.0, pixel)))))

    def waveform(self, width: int, height: int) -> QImage:
        """Return lowest to highest value of each column, the loudest part of the whole sound at full height."""
        low, high = self._extent(width)
        overview = self._loader.overview
        loudest = max(overview.loudest if overview is not None else 0.0, _QUIET)
        scale, middle = 0.94 * height / 2 / loudest, (height - 1) / 2
        rows = np.arange(height, dtype=np.float32)[:, None]
        shown = (rows >= middle - high * scale - 0.5) & (rows <= middle - low * scale + 0.5)
        now = colours()
        return _indexed(shown.astype(np.uint8), [QColor(now.surface).rgb(), QColor(now.accent).rgb()])

    def spectrogram(self, width: int) -> QImage:
        """Return the levels of each column, :data:`ROWS` pixels high, coloured from silence to the loudest."""
        hop, columns = self.hop(), self._columns(width)
        levels = np.zeros((ROWS, width), np.uint8)
        for number, tile, there in self._tiles(columns // hop, hop):
            if tile is not None:
                levels[:, there] = tile.levels[:, columns[there] // hop - number * COLUMNS]
        return _indexed(levels, self._table())

    def _columns(self, width: int) -> NDArray[np.int64]:
        """Return the frame in the middle of each column of pixels."""
        overview = self._loader.overview
        rate, frames = (overview.rate, overview.frames) if overview is not None else (1, 1)
        moments = self._view.start + (np.arange(width) + 0.5) * self._view.span / width
        return np.clip((moments * rate).astype(np.int64), 0, frames - 1)

    def _extent(self, width: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        overview, hop = self._loader.overview, self.hop()
        if overview is None:
            return np.zeros(width, np.float32), np.zeros(width, np.float32)
        if hop >= BLOCK:
            return overview.extent(self._view.start * overview.rate, self._view.end * overview.rate, width)
        columns = self._columns(width)
        low, high = overview.extent(self._view.start * overview.rate, self._view.end * overview.rate, width)
        for number, tile, there in self._tiles(columns // hop, hop):
            if tile is not None:
                at = columns[there] // hop - number * COLUMNS
                following = np.minimum(at + 1, COLUMNS - 1)  # a pixel may be wider than a column
                low[there] = np.minimum(tile.low[at], tile.low[following])
                high[there] = np.maximum(tile.high[at], tile.high[following])
        return low, high

    def _tiles(self, columns: NDArray[np.int64], hop: int) -> list[tuple[int, Tile | None, NDArray[np.bool_]]]:
        numbers = columns // COLUMNS
        return [
            (number, self._loader.tile(hop, number), numbers == number)
            for number in range(int(numbers[0]), int(numbers[-1]) + 1)
        ]

    def _table(self) -> list[int]:
        """Return the colour of each level: the loudest is that of the sound, what is much quieter is as silence."""
        overview = self._loader.overview
        loudest = max(overview.loudest if overview is not None else 1.0, 1e-4)
        top = 255 + STEPS_PER_DB * 20 * math.log10(min(1.0, loudest)) - 6 * STEPS_PER_DB
        shares = np.clip((np.arange(256) - top) / (STEPS_PER_DB * _RANGE_DB) + 1, 0, 1)
        stops = _SHADES[colours().dark]
        places = [place for place, _ in stops]
        inks = [QColor(name) for _, name in stops]
        parts = ([ink.red() for ink in inks], [ink.green() for ink in inks], [ink.blue() for ink in inks])
        red, green, blue = (np.interp(shares, places, part).astype(int) for part in parts)
        return [QColor(int(r), int(g), int(b)).rgb() for r, g, b in zip(red, green, blue, strict=True)]


def _indexed(values: NDArray[np.uint8], table: list[int]) -> QImage:
    height, width = values.shape
    padded = np.zeros((height, -(-width // 4) * 4), np.uint8)
    padded[:, :width] = values
    image = QImage(padded.tobytes(), width, height, padded.shape[1], QImage.Format.Format_Indexed8)
    image.setColorTable(table)
    return image.convertToFormat(QImage.Format.Format_RGB32)
