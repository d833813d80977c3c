"""A small picture of a sound: how loud it is from beginning to end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from labeling.errors import MediaRefused

if TYPE_CHECKING:
    from PIL.Image import Image

BARS = 96
READ_AT_ONCE = 1 << 18
QUIET = 0.02
BACKGROUND, COLOUR = (238, 241, 248), (63, 92, 214)


def waveform(path: Path, side: int) -> Image:
    """Return a square picture of ``side`` pixels of the sound at ``path``, its loudest part at full height.

    Raises:
        MediaRefused: it cannot be read as a sound.
    """
    from PIL import Image as Pillow
    from PIL import ImageDraw

    peaks = _peaks(path)
    image = Pillow.new("RGB", (side, side), BACKGROUND)
    draw = ImageDraw.Draw(image)
    loudest = max(max(peaks), QUIET)
    step = side / len(peaks)
    for place, peak in enumerate(peaks):
        half = max(1.0, 0.42 * side * peak / loudest)
        left, middle = place * step, side / 2
        draw.rectangle((left, middle - half, left + max(1.0, 0.65 * step), middle + half), fill=COLOUR)
    return image


def _peaks(path: Path) -> list[float]:
    import numpy as np
    import soundfile

    try:
        with soundfile.SoundFile(path) as file:
            width = max(1, -(-file.frames // BARS))
            peaks = [0.0] * BARS
            at = 0
            for block in file.blocks(blocksize=READ_AT_ONCE, dtype="float32", always_2d=True):
                levels = np.nan_to_num(np.abs(block).max(axis=1))
                places = np.minimum((at + np.arange(len(levels))) // width, BARS - 1)
                for place in range(int(places[0]), int(places[-1]) + 1):
                    peaks[place] = max(peaks[place], float(levels[places == place].max(initial=0.0)))
                at += len(levels)
    except (soundfile.SoundFileError, OSError, RuntimeError, TypeError, ValueError) as error:
        raise MediaRefused(f"The sound is damaged or cut off ({error}).") from error
    return peaks
