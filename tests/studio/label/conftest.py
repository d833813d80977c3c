"""The Label screen on nine photos with two classes, and suggestions for the last five."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from labeling.importing import read, understand
from labeling.project import Project
from labeling.suggest.model import Suggestion, Suggestions
from studio.label.screen import LabelScreen
from studio.window import MainWindow

SUGGESTED = {4: ("bolt", 0.97, 0.1), 5: ("nut", 0.8, 0.4), 6: ("nut", 0.55, 0.9), 7: ("bolt", 0.99, 0.05)}


@pytest.fixture
def nine(loose_photos: Path, tmp_path: Path) -> Path:
    """A project of nine photos: 0 and 2 are bolts, 1 and 3 nuts, the others have no label."""
    understanding = understand(loose_photos)
    with Project.create(tmp_path / "nine") as project:
        project.add(understanding, read(understanding))
        ids = project.ids()
        project.set_labels({ids[0]: "bolt", ids[1]: "nut", ids[2]: "bolt", ids[3]: "nut"}, "Label four")
    return tmp_path / "nine"


@pytest.fixture
def suggesting(window: MainWindow, nine: Path, qtbot: QtBot) -> Iterator[LabelScreen]:
    """The screen at photo 4, with suggestions for 4 to 7."""
    assert window.session.open_project(nine)
    qtbot.waitUntil(lambda: len(window.session.library.listing) == 9)
    window.session.suggesting.rest()
    window.go("label")
    screen = window.page("label")
    assert isinstance(screen, LabelScreen)
    ids = window.session.library.listing.ids
    by_sample = {
        ids[row]: Suggestion(ids[row], (name,), None, chance, doubt) for row, (name, chance, doubt) in SUGGESTED.items()
    }
    suggestions = Suggestions(by_sample=by_sample, order=(ids[8], ids[6], ids[5], ids[4], ids[7]), right=(9, 10))
    window.session.view.suggest(suggestions)
    screen.setFocus()
    yield screen
