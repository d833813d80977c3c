from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from studio.texts import INK, MOST, PAPER, page_image, words_of


def inked(page: QImage) -> int:
    """Return how many pixels are darker than half way to the paper."""
    middle = (QColor(PAPER).lightness() + QColor(INK).lightness()) // 2
    return sum(page.pixelColor(x, y).lightness() < middle for x in range(page.width()) for y in range(page.height()))


def test_a_page_shows_the_beginning_of_a_text(qtbot: QtBot, tmp_path: Path) -> None:
    short, long = tmp_path / "short.txt", tmp_path / "long.txt"
    short.write_text("Hello", encoding="utf-8")
    long.write_text("Hello and so on. " * 5000, encoding="utf-8")
    pages = [page_image(str(path), 96) for path in (short, long)]

    assert [page.width() for page in pages] == [96, 96]
    assert 0 < inked(pages[0]) < inked(pages[1])


def test_what_cannot_be_read_has_no_page(qtbot: QtBot, tmp_path: Path) -> None:
    assert page_image(str(tmp_path / "gone.txt"), 96).isNull()
    assert words_of(str(tmp_path / "gone.txt")) is None


def test_of_a_very_long_text_the_beginning_is_enough(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("word " * MOST, encoding="utf-8")

    assert words_of(str(path)) == ("word " * MOST)[:MOST]
