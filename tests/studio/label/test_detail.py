"""A photo larger than the screen is seen in full detail once it is enlarged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QObject, QRect, QSize
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from studio.label.detail import Detail, Part


@pytest.fixture
def detail(qtbot: QtBot) -> Iterator[Detail]:
    parent = QObject()
    made = Detail(parent)
    yield made
    made.close()


@pytest.fixture
def photo(tmp_path: Path) -> str:
    """A wide picture, black but for one white pixel, that lies on its side in its file."""
    picture = Image.new("RGB", (400, 3000))
    picture.putpixel((399 - 100, 2000), (255, 255, 255))
    path = tmp_path / "wide.png"
    turned = Image.Exif()
    turned[0x0112] = 6
    picture.save(path, exif=turned)
    return str(path)


def test_a_single_pixel_is_seen(detail: Detail, photo: str, qtbot: QtBot) -> None:
    with Image.open(photo) as lying:
        assert lying.size == (400, 3000)
    x, y = 3000 - 1 - 2000, 299
    part = Part(photo, QRect(x - 5, y - 5, 10, 10), QSize(100, 100))
    with qtbot.waitSignal(detail.came):
        detail.want(part)
    assert detail.part == part
    assert detail.image.size() == QSize(100, 100)
    assert detail.image.pixelColor(55, 55) == QColor("white")
    assert detail.image.pixelColor(35, 55) == QColor("black")


def test_what_was_wanted_last_comes(detail: Detail, photo: str, qtbot: QtBot) -> None:
    for at in range(5):
        detail.want(Part(photo, QRect(100 * at, 0, 50, 50), QSize(20, 20)))
    qtbot.waitUntil(lambda: detail.part is not None)
    assert detail.part is not None
    assert detail.part.box.x() == 400
    detail.forget()
    assert detail.image.isNull()


def test_what_cannot_be_opened_never_comes(detail: Detail, tmp_path: Path, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(detail.came, wait=300):
        detail.want(Part(str(tmp_path / "nowhere.jpg"), QRect(0, 0, 5, 5), QSize(5, 5)))
