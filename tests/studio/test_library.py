"""The library counts labels as they change, without counting all of them each time."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from labeling.importing import read, understand
from studio.library import Library
from studio.window import MainWindow
from tests.studio.recorded_runs import project_with_run


@pytest.fixture
def library(window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path) -> Library:
    assert window.session.open_project(project_with_run(tmp_path / "project", photos))
    qtbot.waitUntil(lambda: len(window.session.library.listing) == 12)
    return window.session.library


def test_counts_follow_every_label(window: MainWindow, library: Library) -> None:
    assert library.counts() == {"bolt": 4, "nut": 4, "washer": 4}
    first, second, third, *_ = library.listing.ids
    window.session.set_label([first, second], "nut", "Label")
    window.session.set_label([third], None, "Clear")
    window.session.set_label([second], "screw", "Label")
    assert library.counts() == {"bolt": 1, "nut": 5, "washer": 4, "screw": 1}
    assert library.labelled == 11


def test_counts_are_right_again_after_undo(window: MainWindow, library: Library, qtbot: QtBot) -> None:
    window.session.set_label(library.listing.ids, None, "Clear")
    assert library.labelled == 0
    with qtbot.waitSignal(library.relabelled):
        window.session.undo()
    assert library.counts() == {"bolt": 4, "nut": 4, "washer": 4}
    assert library.labelled == 12


def test_a_closed_project_counts_nothing(window: MainWindow, library: Library) -> None:
    window.session.close_project()
    assert library.counts() == {}
    assert library.labelled == 0


def test_files_found_at_another_place_are_followed(
    window: MainWindow, library: Library, photos: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    project = window.session.project
    assert project is not None
    there = photos.rename(tmp_path / "moved")
    understanding = understand(there)
    project.add(understanding, read(understanding))
    with qtbot.waitSignal(library.reset):
        library.reload()
    assert all(Path(reference).is_relative_to(there) for reference in library.listing.references)
