"""Look at a picture from outside, carefully and once: its bytes, its size and a fingerprint of its looks."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from labeling.errors import PictureRefused

if TYPE_CHECKING:
    from PIL.Image import Image

T = TypeVar("T")
R = TypeVar("R")

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF")
MAX_PIXELS = 80_000_000
MAX_BYTES = 500_000_000
LOOK_SIZE = (9, 8)
FLAT = 12.0
CHUNK = 64
THREADS = 2


@dataclass(frozen=True, slots=True)
class Picture:
    """What was seen of one picture file.

    Attributes:
        content: XXH3-128 of the bytes, hexadecimal.
        look: 64-bit difference hash as a signed integer; None where it was not taken or says nothing.
        tones: the 9 x 8 grey levels it was taken from, a byte each; empty where that says nothing, None where the
            picture was not looked at.
    """

    content: str
    look: int | None = None
    tones: bytes | None = None


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes.

    Raises:
        PictureRefused: it is empty, too big or cannot be read.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise PictureRefused(f"The file has {size >> 20:,} MB; the limit is {MAX_BYTES >> 20:,} MB.")
        data = path.read_bytes()
    except OSError as error:
        raise PictureRefused(f"The file could not be read ({error.strerror}).") from error
    if not data:
        raise PictureRefused("The file is empty.")
    return data


def content_of(data: bytes) -> str:
    """Return the XXH3-128 of bytes as 32 hexadecimal digits."""
    import xxhash

    return xxhash.xxh3_128_hexdigest(data)


def open_picture(data: bytes) -> Image:
    """Return a picture, its header read and its size within limits, its pixels not yet decoded.

    Raises:
        PictureRefused: it is no picture of a known format, or too large.
    """
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # Pillow's own limit refuses without telling the size: ours below is stricter
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise PictureRefused(f"The file is not a picture ({', '.join(FORMATS)}), whatever its name says.") from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise PictureRefused(f"The picture is damaged or cut off ({error}).") from error
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise PictureRefused(
            f"The picture has {width:,} × {height:,} pixels; the limit is {MAX_PIXELS // 1_000_000:,} million pixels. "
            "Make it smaller to use it."
        )
    return image


def examine(path: Path, with_look: bool = True) -> Picture:
    """Return what is seen of the picture at ``path``.

    Raises:
        PictureRefused: it cannot be used, with the reason.
    """
    data = read_bytes(path)
    image = open_picture(data)
    look, tones = look_of(image) if with_look else (None, None)
    return Picture(content_of(data), look, tones)


def look_of(image: Image) -> tuple[int | None, bytes]:
    """Return the difference hash (dHash): is each of 8 x 8 cells brighter than the one to its left?

    With it come the grey levels. JPEG files are decoded at an eighth of their size, which is all that is needed. None
    and nothing for a picture so flat that the answer would be noise.

    Raises:
        PictureRefused: the pixels cannot be decoded.
    """
    import numpy as np

    try:
        image.draft("L", (2 * LOOK_SIZE[0], 2 * LOOK_SIZE[1]))
        grey = np.asarray(_grey(eight_bit(image)), dtype=np.float32)
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError) as error:
        raise PictureRefused(f"The picture is damaged or cut off ({error}).") from error
    if float(grey.max() - grey.min()) < FLAT:
        return None, b""
    bits = np.packbits((grey[:, 1:] > grey[:, :-1]).ravel())
    return int.from_bytes(bits.tobytes(), "big", signed=True), grey.clip(0, 255).astype(np.uint8).tobytes()


def eight_bit(image: Image) -> Image:
    """Return a picture of 16-bit grey as one of 8 bits, scaled; any other as it is."""
    from PIL import Image as Pillow

    if not image.mode.startswith("I"):
        return image
    import numpy as np

    return Pillow.fromarray((np.asarray(image).clip(0, 65535) // 257).astype(np.uint8))


def _grey(image: Image) -> Image:
    from PIL.Image import Resampling

    if image.mode == "P":
        image = image.convert("RGBA")
    return image.convert("L").resize(LOOK_SIZE, Resampling.BOX)


@dataclass(frozen=True, slots=True)
class LookLimit:
    """For how long pictures are compared by their looks; afterwards by their bytes alone."""

    seconds: float | None
    started: float

    @classmethod
    def starting_now(cls, seconds: float | None) -> LookLimit:
        """Return a limit that counts from now."""
        return cls(seconds, time.monotonic())

    @property
    def open(self) -> bool:
        """Whether there is time left."""
        return self.seconds is None or time.monotonic() - self.started < self.seconds


def each(work: Callable[[T], R], items: Iterable[T]) -> Iterator[list[R]]:
    """Yield the results of ``work`` in order, a chunk at a time, on a few threads."""
    rest = iter(items)
    with ThreadPoolExecutor(THREADS) as pool:
        while chunk := list(islice(rest, CHUNK)):
            yield list(pool.map(work, chunk))
