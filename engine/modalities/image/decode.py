"""Read a picture file as upright RGB. Files come from outside: formats, sizes and damage are met with sentences."""

from __future__ import annotations

import io
import threading
from contextlib import nullcontext
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile

from engine.arrays import ByteArray
from engine.errors import DataError
from engine.greys import eight_bit
from engine.pictures import BROKEN, MOST_SCANS, has_too_many_scans, is_deep, sides_of, turned_upright

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF")
MAX_PIXELS = 80_000_000
MAX_SIDE = 65_535

_LARGE = 16_000_000
_one_large_at_a_time = threading.Lock()

# Pillow's own guard only warns below twice its limit and names no sides; _check_size is stricter and says both.
Image.MAX_IMAGE_PIXELS = None


def decode(path: str | Path, least: int = 0) -> ByteArray:
    """Return the picture as uint8 RGB [h, w, 3], turned upright as its EXIF orientation says.

    Transparency is laid over white, grey of more than 8 bits is scaled (:mod:`engine.greys`), the first frame of an
    animation counts. With ``least``, a JPEG whose sides are at least twice that may come back smaller, its sides still
    ``least`` or more: it is unpacked at a half, a quarter or an eighth, which is several times quicker.

    Raises:
        DataError: the file is missing, empty, damaged, of another format or too large.
    """
    return _opened(path, Path(path).name, least)


def decode_bytes(raw: bytes, name: str) -> ByteArray:
    """Return the picture in the bytes of a file as :func:`decode` does; ``name`` is what a sentence calls it.

    Raises:
        DataError: as for :func:`decode`.
    """
    return _opened(io.BytesIO(raw), name, 0)


def pixels_in(path: str | Path) -> int:
    """Return how many pixels are unpacked where the picture is, 0 where its file does not tell; none are for that."""
    try:
        with Image.open(path, formats=FORMATS) as image:
            return _area(sides_of(image))
    except BROKEN:
        return 0


def _opened(source: str | Path | io.BytesIO, name: str, least: int) -> ByteArray:
    try:
        with Image.open(source, formats=FORMATS) as image:
            _check_size(image, name)
            _check_scans(image, source, name)
            if least:
                image.draft(None, (least, least))
            with _one_large_at_a_time if _area(sides_of(image)) > _LARGE else nullcontext():
                return np.array(_flatten(turned_upright(image)))
    except UnidentifiedImageError as error:
        raise DataError(_unknown(source, name)) from error
    except FileNotFoundError as error:
        raise DataError(f"{name} is no longer where it was. Put it back, or leave it out.") from error
    except BROKEN as error:
        raise DataError(f"{name} is damaged and cannot be read ({error}). Replace it, or leave it out.") from error


def _area(size: tuple[int, int]) -> int:
    return size[0] * size[1]


def _check_size(image: Image.Image, name: str) -> None:
    size = sides_of(image)
    if _area(size) > MAX_PIXELS or max(image.size) > MAX_SIDE:
        stored = "" if size == image.size else "stored in tiles of "
        raise DataError(
            f"{name} is too large: {stored}{size[0]} × {size[1]} pixels, and the limit is {MAX_PIXELS // 1_000_000} "
            f"million pixels with sides up to {MAX_SIDE}. Make it smaller, or leave it out."
        )


def _check_scans(image: Image.Image, source: str | Path | io.BytesIO, name: str) -> None:
    """Refuse a JPEG that goes over its picture hundreds of times: few bytes could keep the machine busy for hours."""
    if not isinstance(image, JpegImageFile):
        return
    raw = source.getvalue() if isinstance(source, io.BytesIO) else Path(source).read_bytes()
    if has_too_many_scans(raw):
        raise DataError(
            f"{name} is stored in more than {MOST_SCANS} steps, which takes very long to unpack and can be an attack. "
            "Save it again as an ordinary JPEG, or leave it out."
        )


def _unknown(source: str | Path | io.BytesIO, name: str) -> str:
    size = source.getbuffer().nbytes if isinstance(source, io.BytesIO) else Path(source).stat().st_size
    if size == 0:
        return f"{name} is empty (0 bytes). Replace it, or leave it out."
    return f"{name} is not a JPEG, PNG, WebP, BMP, GIF or TIFF picture. Convert it, or leave it out."


def _flatten(image: Image.Image) -> Image.Image:
    if image.mode == "RGB" and "transparency" not in image.info:
        return image
    if is_deep(image):
        return Image.fromarray(eight_bit(np.asarray(image))).convert("RGB")
    if image.has_transparency_data:
        layered = image.convert("RGBA")
        white = Image.new("RGBA", layered.size, "white")
        return Image.alpha_composite(white, layered).convert("RGB")
    return image.convert("RGB")
