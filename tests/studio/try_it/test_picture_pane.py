"""The picture being tried is shown whole, in the middle, in its own shape."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from studio.try_it.picture_pane import PicturePane
from tests.studio.painting import grabbed, plain, share_of

RED = QColor(210, 20, 30)


@pytest.fixture
def pane(qtbot: QtBot) -> Iterator[PicturePane]:
    """A pane in a shown window."""
    holder = QWidget()
    qtbot.addWidget(holder)
    made = PicturePane()
    made.setParent(holder)
    made.resize(400, 200)
    holder.resize(400, 200)
    holder.show()
    yield made


def test_a_picture_keeps_its_shape_in_the_middle(pane: PicturePane) -> None:
    pane.show_image(plain(RED, 50, 50), "a.png")
    pane.resize(400, 200)
    image = grabbed(pane)
    assert share_of(image, RED, QRect(104, 4, 192, 192)) == 1.0
    assert share_of(image, RED, QRect(0, 0, 96, 200)) == 0.0
    assert share_of(image, RED, QRect(304, 0, 96, 200)) == 0.0


def test_a_picture_is_named_for_those_who_do_not_see_it(pane: PicturePane) -> None:
    pane.show_image(plain(RED), "a.png")
    assert pane.isVisible()
    assert pane.accessibleName() == "Picture a.png"


def test_a_picture_that_could_not_be_opened_leaves_nothing_behind(pane: PicturePane) -> None:
    pane.show_image(plain(RED), "a.png")
    pane.show_image(QImage(), "b.png")
    assert not pane.isVisible()
    assert pane.accessibleName() == ""
    assert share_of(grabbed(pane), RED) == 0.0
