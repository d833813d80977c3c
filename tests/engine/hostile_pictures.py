"""Pictures that take far more memory or time to unpack than their few bytes and pixels let one expect."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
from PIL import Image

from engine.pictures import SCAN

SHORT, LONG = 3, 4


def tiled_tiff(side: int, *, first: tuple[int, int] = (1, 1), kind: int = LONG) -> bytes:
    """Return a TIFF of ``first`` pixels in one deflated tile of ``side`` by ``side``."""
    data = zlib.compress(bytes(side * side), 9)
    data += bytes(len(data) % 2)
    tags = [
        (256, LONG, first[0]), (257, LONG, first[1]), (258, SHORT, 8), (259, SHORT, 8), (262, SHORT, 1),
        (277, SHORT, 1), (322, kind, side), (323, kind, side), (324, LONG, 8), (325, LONG, len(data)),
    ]  # fmt: skip
    entries = b"".join(struct.pack("<HHII", tag, type_, 1, value) for tag, type_, value in tags)
    return b"II*\0" + struct.pack("<I", 8 + len(data)) + data + struct.pack("<H", len(tags)) + entries + bytes(4)


def progressive() -> bytes:
    """Return an ordinary progressive JPEG."""
    held = io.BytesIO()
    pixels = np.random.default_rng(0).integers(0, 255, (32, 48, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(held, "JPEG", progressive=True)
    return held.getvalue()


def with_scans(times: int) -> bytes:
    """Return the same JPEG with its last scan said again and again."""
    raw = progressive()
    scan = raw[raw.rindex(SCAN) : -2]
    return raw[:-2] + times * scan + raw[-2:]
