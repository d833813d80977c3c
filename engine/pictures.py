"""What it takes to unpack a picture, known before that is done: hostile files take far more than their size says.

Whoever opens pictures from outside asks this first, and how the picture is turned.
"""

from __future__ import annotations

import re
import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_SCANS = 100  # a progressive JPEG has about ten; each goes over all of the picture
SCAN = b"\xff\xda"
BROKEN = (  # what Pillow raises at damaged files, headers and EXIF blocks included
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    EOFError,
    struct.error,
    zlib.error,
)

_TILE = (322, 323)
_ORIENTATION = 0x0112
_TURNS = (2, 3, 4, 5, 6, 7, 8)
_MARKER = re.compile(rb"\xff([^\x00\xff])")  # not of all the bytes that may fill up before: that would take forever
_SCAN, _END = 0xDA, 0xD9
_BARE = frozenset((0x01, *range(0xD0, 0xD9)))  # markers with nothing after them


def sides_of(image: Image) -> tuple[int, int]:
    """Return (width, height) of what is unpacked: the picture's, or those of a tile of it where that is larger.

    Raises:
        ValueError: a tile has no size that is one.
    """
    told = getattr(image, "tag_v2", {})
    tile = tuple(told.get(tag, 0) for tag in _TILE)
    if not all(isinstance(side, int) for side in tile):
        raise ValueError("the size of its tiles is no number")
    width, height = image.size
    return (width, height) if width * height >= tile[0] * tile[1] else (tile[0], tile[1])


def is_deep(image: Image) -> bool:
    """Return whether a picture is grey of more than 8 bits, to be scaled by :mod:`engine.greys`."""
    return image.mode.startswith("I") or image.mode == "F"


def orientation_of(image: Image) -> int:
    """Return how a picture is to be turned by its EXIF block, 2 to 8, or 1: it is upright, or its block is damaged.

    Nothing is decoded for it; what a PNG says after its pixels is known once these were.
    """
    from PIL.Image import Image as AnyImage

    try:
        orientation = AnyImage.getexif(image).get(_ORIENTATION)  # that of a PNG would decode it
    except BROKEN:
        return 1  # a damaged EXIF block says nothing about the picture itself
    return orientation if orientation in _TURNS else 1


def turned_upright(image: Image) -> Image:
    """Return a picture turned as its EXIF block says, which itself is not written anew: it may hold anything."""
    from PIL.Image import Transpose

    image.load()  # which turns a TIFF
    methods = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    method = methods.get(orientation_of(image))
    return image if method is None else image.transpose(method)


def has_too_many_scans(raw: bytes) -> bool:
    """Return whether a JPEG goes over its picture so often that to unpack it takes minutes or hours.

    What lies inside its parts, like a thumbnail, or after its end, like a film, does not count.
    """
    if raw.count(SCAN) <= MOST_SCANS:
        return False
    scans, place = 0, 0
    while scans <= MOST_SCANS and (found := _MARKER.search(raw, place)) is not None:
        kind, place = found[1][0], found.end()
        if kind == _END:
            return False
        if kind not in _BARE:
            place += max(2, int.from_bytes(raw[place : place + 2], "big"))
            scans += kind == _SCAN
    return scans > MOST_SCANS
