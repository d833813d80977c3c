"""Contrast, and following the system."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.stylesheet import stylesheet
from studio.theme import DARK, LIGHT, Mode, Palette, Theme, class_colour, colours, contrast, ink_on, theme

BOTH = pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])


@BOTH
@pytest.mark.parametrize("surface", ["window", "surface", "raised", "hover"])
@pytest.mark.parametrize("words", ["text", "muted", "accent_text"])
def test_words_can_be_read_on_every_surface(palette: Palette, words: str, surface: str) -> None:
    assert contrast(getattr(palette, words), getattr(palette, surface)) >= 4.5


@BOTH
@pytest.mark.parametrize(
    ("words", "ground"),
    [
        ("on_accent", "accent"),
        ("on_accent", "accent_hover"),
        ("accent_text", "accent_soft"),
        ("text", "accent_soft"),
        ("text", "good_soft"),
        ("text", "warn_soft"),
        ("text", "bad_soft"),
        ("good", "surface"),
        ("warn", "surface"),
        ("bad", "surface"),
    ],
)
def test_words_can_be_read_on_coloured_grounds(palette: Palette, words: str, ground: str) -> None:
    assert contrast(getattr(palette, words), getattr(palette, ground)) >= 4.5


@BOTH
@pytest.mark.parametrize("part", ["control", "accent"])
@pytest.mark.parametrize("surface", ["window", "surface", "raised"])
def test_borders_and_focus_can_be_seen(palette: Palette, part: str, surface: str) -> None:
    assert contrast(getattr(palette, part), getattr(palette, surface)) >= 3.0


@BOTH
def test_class_colours_can_be_seen_on_the_list(palette: Palette) -> None:
    assert all(contrast(name, palette.surface) >= 2.0 for name in palette.classes)
    assert len(set(palette.classes)) == len(palette.classes)


@BOTH
def test_the_style_sheet_has_every_colour_filled_in(palette: Palette) -> None:
    assert "$" not in stylesheet(palette)


def test_the_choice_is_kept(qapp: QApplication) -> None:
    theme().choose(Mode.DARK)
    assert colours().dark
    assert QApplication.palette().color(QPalette.ColorRole.Window).name() == DARK.window
    assert Theme(qapp).mode is Mode.DARK
    theme().choose(Mode.LIGHT)
    assert not colours().dark


def test_thirty_classes_have_thirty_colours(qapp: QApplication) -> None:
    assert len({class_colour(number).name() for number in range(30)}) == 30


def test_a_colour_chosen_for_a_class_is_shown_until_it_is_taken_back(qtbot: QtBot) -> None:
    own = class_colour(1)
    with qtbot.waitSignal(theme().changed):
        theme().choose_class_colours(["", "#123456"])
    assert class_colour(1).name() == "#123456"
    assert class_colour(0).name() == colours().classes[0]
    theme().choose_class_colours([])
    assert class_colour(1) == own


def test_a_change_is_announced(qtbot: QtBot) -> None:
    with qtbot.waitSignal(theme().changed):
        theme().choose(Mode.SYSTEM)


@BOTH
def test_names_can_be_read_on_the_colour_of_each_class(palette: Palette) -> None:
    assert all(contrast(ink_on(QColor(name)).name(), name) >= 4.5 for name in palette.classes)
