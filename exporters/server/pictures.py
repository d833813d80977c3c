"""How large pictures may be, known from their first bytes: unpacked they take many times what was sent."""

from __future__ import annotations

import io
import warnings
from typing import Self

from exporters.server.machine import memory
from exporters.server.metrics import resident_bytes
from exporters.server.settings import Limits
from exporters.standalone.package import Unreadable

_BYTES_A_PIXEL = 20  # measured: to unpack it and make it smaller
_DEEP, _DEEP_TIMES = ("I", "F"), 1.6  # of 32 bits a pixel, which take 27 bytes, and 4 to be turned upright
_AN_EDGE = 200  # what a row or a column of pixels takes in the graph's own filters, however few pixels it has
_LEAST = 2_000_000
_RESERVED = 100_000_000  # for bodies, and for what is no picture


class TooLarge(Unreadable):
    """A picture has more pixels than the server takes."""

    @classmethod
    def of(cls, pixels: int, most: int) -> Self:
        """Say so of a picture of ``pixels`` where ``most`` are taken."""
        return cls(
            f"The picture has {pixels / 1e6:.0f} million pixels; this server takes up to {most / 1e6:.0f}. "
            "Make it smaller."
        )


def most_pixels(limits: Limits) -> int:
    """Return how many pixels may be unpacked at once here, so that they never take more memory than there is."""
    all_of_it = memory()
    if all_of_it is None:
        return limits.pixels
    free = all_of_it - resident_bytes() - _RESERVED
    return max(_LEAST, min(limits.pixels, free // _BYTES_A_PIXEL))


def room_of(pictures: int, height: int, width: int) -> int:
    """Return how many pixels the room that pictures of one size take is worth: a thin one has few, but long edges."""
    return max(pictures * height * width, _AN_EDGE * (height + width))


def pixels_of(raw: bytes) -> int:
    """Return how many pixels are unpacked for the file, more where it takes more room than they usually do.

    0 where that cannot be told, so that reading it says why.
    """
    from PIL import Image

    from engine.modalities.image.decode import FORMATS
    from engine.pictures import sides_of

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(raw), formats=FORMATS) as picture:
                width, height = sides_of(picture)
                return round(room_of(1, height, width) * (_DEEP_TIMES if picture.mode in _DEEP else 1.0))
        except Exception:  # Pillow's readers raise what they like on damaged files; decoding meets that with a sentence
            return 0
