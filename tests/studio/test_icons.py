"""Icons: drawn once for each colour, size and density."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QPixmapCache
from pytestqt.qtbot import QtBot

from studio.icons import pixmap
from studio.theme import Mode, theme


def test_an_icon_is_drawn_once_and_again_in_other_colours(qtbot: QtBot) -> None:
    QPixmapCache.clear()
    theme().choose(Mode.LIGHT)
    light = pixmap("info", 20, "text", 2.0)

    assert pixmap("info", 20, "text", 2.0).cacheKey() == light.cacheKey()
    assert (light.width(), light.devicePixelRatio()) == (40, 2.0)
    assert pixmap("info", 20, "text", 1.0).width() == 20
    theme().choose(Mode.DARK)
    assert pixmap("info", 20, "text", 2.0).toImage() != light.toImage()
    theme().choose(Mode.LIGHT)
    assert pixmap("info", 20, "text", 2.0).toImage() == light.toImage()


def test_an_icon_that_is_not_there_is_named(qtbot: QtBot) -> None:
    with pytest.raises(FileNotFoundError):
        pixmap("unicorn", 20)
