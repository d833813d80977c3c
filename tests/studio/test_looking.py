"""Many photos are shown at once and searched for near-copies in the background."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, cast

import pytest
from pytestqt.qtbot import QtBot

from engine.task import Modality
from labeling.media import MEDIA
from labeling.media.base import Seen
from studio.data import intake
from studio.data.screen import DataScreen
from studio.train.choices import Choices
from studio.window import MainWindow

HELD_S = 20.0  # after which a window that waits is let go, so that the test fails rather than hangs


def taken_in(window: MainWindow, photos: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> DataScreen:
    """Take photos in as if they were very many."""
    monkeypatch.setattr(intake, "_LOOKED_AT_ONCE", 3)
    screen = cast("DataScreen", window.page("data"))
    screen.drop([photos])
    qtbot.waitUntil(screen.sheet.isVisible)
    screen.sheet.take.click()
    qtbot.waitUntil(lambda: len(screen.browser.listing) == 13 and screen.browser.isVisible())
    return screen


@pytest.fixture
def many(photos: Path) -> Path:
    """Twelve photos that can be opened, one that only seems so, and two that are no photos."""
    whole = (photos / "bolt" / "bolt 1.png").read_bytes()
    (photos / "bolt" / "cut.png").write_bytes(whole[:90])
    return photos


def test_the_photos_stand_there_before_they_are_searched(
    window: MainWindow, many: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken_in(window, many, qtbot, monkeypatch)
    project = window.session.project
    assert project is not None
    assert len(project.unseen()) == 13
    with qtbot.waitSignal(window.session.message) as told:
        qtbot.waitUntil(lambda: not project.unseen())
    assert told.args[1].startswith("1 photo turned out to be damaged")
    assert project.can_undo == "Add 13 photos"


def test_a_project_opened_again_goes_on_searching(
    window: MainWindow, many: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken_in(window, many, qtbot, monkeypatch)
    session = window.session
    assert session.project is not None
    path = session.project.path
    session.close_project()
    assert not session.looking.busy
    assert session.open_project(path)
    project = session.project
    assert project is not None
    assert session.looking.busy
    qtbot.waitUntil(lambda: not project.unseen())


def test_a_training_is_not_disturbed(
    window: MainWindow, many: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken_in(window, many, qtbot, monkeypatch)
    session = window.session
    assert session.looking.busy
    session.start_run(600.0, Choices(device="cpu"))
    assert not session.looking.busy
    qtbot.waitUntil(lambda: session.running)
    assert not session.looking.busy
    with qtbot.waitSignal(session.run_ended):
        session.send("discard")
    assert session.looking.busy


def test_closing_a_project_does_not_wait_for_the_photo_being_looked_at(
    window: MainWindow, many: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = taken_in(window, many, qtbot, monkeypatch)
    session = screen.session
    assert session.project is not None
    path = session.project.path
    looking, let_go = threading.Event(), threading.Event()
    examine = MEDIA[Modality.IMAGE].examine

    def examine_slowly(*given: Any) -> Seen:
        looking.set()
        let_go.wait()
        return examine(*given)

    monkeypatch.setattr(MEDIA[Modality.IMAGE], "examine", examine_slowly)
    qtbot.waitUntil(looking.is_set)
    waits = threading.Timer(HELD_S, let_go.set)
    waits.start()
    session.close_project()
    assert not let_go.is_set()
    waits.cancel()
    let_go.set()
    qtbot.waitUntil(lambda: not session.looking.busy)
    assert window.messages.bars() == []  # what came too late to be written is no mishap
    assert session.open_project(path)
    project = session.project
    assert project is not None
    assert len(project.unseen()) == 13
    qtbot.waitUntil(lambda: not project.unseen())
