"""Pictures made ready for the screen."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from PySide6.QtGui import QImage

from studio.pictures import LARGE_SIDE, large_image

RED, WHITE = "#ff0000", "#ffffff"


def colour_at(image: QImage, x: int, y: int) -> str:
    return image.pixelColor(x, y).name()


def test_a_large_picture_keeps_every_pixel_upright_and_on_white(tmp_path: Path) -> None:
    picture = Image.new("RGBA", (31, 20), (0, 0, 0, 0))  # of an odd width: lines of bytes that end anywhere
    picture.paste((255, 0, 0, 255), (0, 0, 31, 5))
    turned = Image.Exif()
    turned[274] = 6
    picture.save(tmp_path / "a.png", exif=turned)
    shown = large_image(str(tmp_path / "a.png"), "")
    assert (shown.width(), shown.height()) == (20, 31)
    assert [colour_at(shown, x, y) for x, y in ((19, 0), (15, 30), (14, 0), (0, 30))] == [RED, RED, WHITE, WHITE]


def test_a_large_picture_is_no_larger_than_a_screen_needs_and_ready_to_be_drawn(tmp_path: Path) -> None:
    Image.new("L", (2 * LARGE_SIDE, 100), 128).save(tmp_path / "wide.jpg")
    shown = large_image(str(tmp_path / "wide.jpg"), "")
    assert shown.width() == LARGE_SIDE
    assert shown.format() is QImage.Format.Format_RGB32


def test_what_cannot_be_opened_is_nothing_to_show(tmp_path: Path) -> None:
    (tmp_path / "bad.jpg").write_bytes(b"text")
    assert large_image(str(tmp_path / "bad.jpg"), "").isNull()
