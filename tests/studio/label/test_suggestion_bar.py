"""What is suggested, in words, with the colour of its class and the key that accepts it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from labeling.suggest.model import Suggestion
from studio.label.suggestion_bar import SuggestionBar
from studio.theme import class_colour
from tests.studio.painting import grabbed, share_of

NUMBERS = {"bolt": 0, "nut": 1}


@pytest.fixture
def bar(qtbot: QtBot) -> SuggestionBar:
    made = SuggestionBar()
    qtbot.addWidget(made)
    made.resize(500, 48)
    made.show()
    return made


@pytest.mark.parametrize(
    ("suggestion", "words"),
    [
        (Suggestion("a", ("nut",), None, 0.934, 0.1), "Suggested: nut, 93% sure"),
        (Suggestion("a", ("nut",), None, 0.55, 0.9), "Suggested: nut, 55% sure – doubtful, look twice"),
        (Suggestion("a", ("bolt", "nut"), None, 1.0, 0.0), "Suggested: bolt, nut, 99% sure"),
        (Suggestion("a", (), None, 0.8, 0.2), "Suggested: none of them, 80% sure"),
        (Suggestion("a", (), 7.25, 0.8, 0.2), "Suggested: 7.25, 80% sure"),
    ],
)
def test_a_suggestion_is_said_in_words(bar: SuggestionBar, suggestion: Suggestion, words: str) -> None:
    bar.show_suggestion(suggestion, NUMBERS, "Return", labelled=False)
    assert bar.words.text() == words
    assert bar.accept.text() == "Accept (Return)"


def test_the_dot_has_the_colour_of_the_class(bar: SuggestionBar) -> None:
    bar.show_suggestion(Suggestion("a", ("nut",), None, 0.9, 0.1), NUMBERS, "", labelled=False)
    assert share_of(grabbed(bar), class_colour(1)) > 0.0
    assert share_of(grabbed(bar), class_colour(0)) == 0.0
    assert bar.accept.text() == "Accept"


def test_without_a_suggestion_there_is_nothing_to_accept(bar: SuggestionBar) -> None:
    bar.show_suggestion(None, NUMBERS, "Return", labelled=False)
    assert bar.words.text() == "No suggestion for this one yet."
    assert not bar.accept.isVisible()
    bar.show_suggestion(None, NUMBERS, "Return", labelled=True)
    assert bar.words.text() == "It has a label already."


def test_the_button_accepts(bar: SuggestionBar, qtbot: QtBot) -> None:
    bar.show_suggestion(Suggestion("a", ("nut",), None, 0.9, 0.1), NUMBERS, "Return", labelled=False)
    with qtbot.waitSignal(bar.accepted):
        QTest.mouseClick(bar.accept, Qt.MouseButton.LeftButton)
