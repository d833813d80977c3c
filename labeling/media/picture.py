"""Look at a picture from outside, carefully and once: its bytes, its size and a fingerprint of its looks."""

from __future__ import annotations

from io import BufferedIOBase, BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from typing_extensions import override

from engine.pictures import BROKEN, MOST_SCANS, has_too_many_scans, is_deep, orientation_of, sides_of, turned_upright
from engine.task import Modality
from labeling.errors import MediaRefused
from labeling.media.base import Medium, Seen, content_of, read_bytes

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF")
MAX_PIXELS = 80_000_000
LOOK_SIZE = (9, 8)
FLAT = 12.0
LYING = (5, 6, 7, 8)
TURNING = frozenset({"exif", "Raw profile type exif", "xmp", "XML:com.adobe.xmp"})  # where an orientation may stand
DAMAGED = (*BROKEN, MemoryError)


class Picture(Medium):
    """A photo, a drawing, a scan."""

    modality = Modality.IMAGE
    thing = "picture"
    suffixes = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff")
    folders = ("images", "image", "img", "imgs", "pictures", "photos", "data")
    endings = "JPEG or PNG"

    @override
    def examine(self, path: Path, with_look: bool = True) -> Seen:
        data = read_bytes(path)
        image = open_picture(data)
        look, tones = look_of(image) if with_look else (None, None)
        return Seen(content_of(BytesIO(data)), look, tones)

    @override
    def check(self, file: BufferedIOBase) -> None:
        open_picture(file.read())


def picture_size(path: Path) -> tuple[int, int] | None:
    """Return (width, height) in pixels of the upright picture, as it is shown and learned from.

    Its header alone is read; None where it has none that can be read.
    """
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # nothing is decoded here
    try:
        with Image.open(path, formats=FORMATS) as image:
            width, height = image.size
            return (height, width) if _lies(image) else (width, height)
    except DAMAGED:
        return None


def _lies(image: Image) -> bool:
    """Return whether a picture is turned by a quarter before it is shown; nothing is decoded to find out."""
    if image.format == "TIFF" or TURNING.isdisjoint(image.info):  # Pillow tells the size of a TIFF as it stands upright
        return False
    return orientation_of(image) in LYING


def upright(path: Path) -> Image:
    """Return the whole picture at ``path``, decoded, upright and on white.

    Raises:
        MediaRefused: it cannot be opened, with the reason.
    """
    image = open_picture(read_bytes(path))
    try:
        return on_white(eight_bit(turned_upright(image)))
    except DAMAGED as error:
        raise MediaRefused(f"The picture is damaged or cut off ({error}).") from error


def on_white(image: Image) -> Image:
    """Return a picture as RGB: transparent parts white."""
    from PIL import Image as Pillow

    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layered = image.convert("RGBA")
        white = Pillow.new("RGBA", layered.size, "white")
        return Pillow.alpha_composite(white, layered).convert("RGB")
    return image.convert("RGB")


def open_picture(data: bytes) -> Image:
    """Return a picture, its header read and its size within limits, its pixels not yet decoded.

    Raises:
        MediaRefused: it is no picture of a known format, or too large.
    """
    from PIL import Image, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = None  # Pillow's own limit refuses without telling the size: ours below is stricter
    try:
        image = Image.open(BytesIO(data), formats=FORMATS)
    except UnidentifiedImageError as error:
        raise MediaRefused(f"The file is not a picture ({', '.join(FORMATS)}), whatever its name says.") from error
    except DAMAGED as error:
        raise MediaRefused(f"The picture is damaged or cut off ({error}).") from error
    _check(image, data)
    return image


def _check(image: Image, data: bytes) -> None:
    """Refuse a picture that takes too much memory or time to decode."""
    from PIL.JpegImagePlugin import JpegImageFile

    try:
        width, height = sides_of(image)
    except DAMAGED as error:
        raise MediaRefused(f"The picture is damaged or cut off ({error}).") from error
    if width * height > MAX_PIXELS:
        has = "has" if (width, height) == image.size else "is stored in tiles of"
        raise MediaRefused(
            f"The picture {has} {width:,} × {height:,} pixels; the limit is {MAX_PIXELS // 1_000_000:,} million "
            "pixels. Make it smaller to use it."
        )
    if isinstance(image, JpegImageFile) and has_too_many_scans(data):
        raise MediaRefused(
            f"The picture is stored in more than {MOST_SCANS} steps, which takes very long to open and can be an "
            "attack. Save it again as an ordinary JPEG to use it."
        )


def look_of(image: Image) -> tuple[int | None, bytes]:
    """Return the difference hash (dHash): is each of 8 x 8 cells brighter than the one to its left?

    With it come the grey levels. JPEG files are decoded at an eighth of their size, which is all that is needed. None
    and nothing for a picture so flat that the answer would be noise.

    Raises:
        MediaRefused: the pixels cannot be decoded.
    """
    import numpy as np

    try:
        image.draft("L", (2 * LOOK_SIZE[0], 2 * LOOK_SIZE[1]))
        grey = np.asarray(_grey(eight_bit(image)), dtype=np.float32)
    except DAMAGED as error:
        raise MediaRefused(f"The picture is damaged or cut off ({error}).") from error
    if float(grey.max() - grey.min()) < FLAT:
        return None, b""
    bits = np.packbits((grey[:, 1:] > grey[:, :-1]).ravel())
    return int.from_bytes(bits.tobytes(), "big", signed=True), grey.clip(0, 255).astype(np.uint8).tobytes()


def eight_bit(image: Image) -> Image:
    """Return a picture of deep grey as one of 8 bits, as it is learned from; any other as it is."""
    from PIL import Image as Pillow

    if not is_deep(image):
        return image
    import numpy as np

    from engine import greys

    return Pillow.fromarray(greys.eight_bit(np.asarray(image)))


def _grey(image: Image) -> Image:
    from PIL.Image import Resampling

    if image.mode == "P":
        image = image.convert("RGBA")
    return image.convert("L").resize(LOOK_SIZE, Resampling.BOX)
