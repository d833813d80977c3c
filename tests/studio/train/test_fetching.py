"""Larger networks from the internet, as a person meets them: told how far, given up, done without."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from engine.backbones import fetching
from engine.backbones.good import GOOD
from studio.session import Session
from studio.train.launching import fetched_path
from studio.train.screen import TrainScreen
from studio.window import MainWindow
from tests.studio.questions import answering
from tests.studio.recorded_runs import project_with_run
from tests.weights_server import Server, file_name, serving


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """It never comes to an end, unless it is let."""
    with serving() as made:
        monkeypatch.setattr(fetching, "address", made.address)
        monkeypatch.setattr(fetching, "SLOWEST", 0)  # a busy machine is slow too
        made.complete, made.drips = False, True
        yield made


@pytest.fixture
def screen(window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path, server: Server) -> TrainScreen:
    """The Train screen of a project of photos, with larger networks wished for."""
    window.session.open_project(project_with_run(tmp_path / "project", photos))
    window.go("train")
    screen = cast("TrainScreen", window.page("train"))
    qtbot.waitUntil(lambda: screen.can("start"))
    screen.setup.durations.choose(60.0)
    screen.setup.drawer.switch.click()
    screen.setup.drawer.fetch.click()
    return screen


@contextmanager
def begun(screen: TrainScreen, qtbot: QtBot) -> Iterator[None]:
    """Press Train by the keyboard and wait until something comes; at the end it is given up, or the window asks."""
    screen.setup.train.setFocus()
    qtbot.keyClick(screen.setup.train, Qt.Key.Key_Space)
    try:
        qtbot.waitUntil(lambda: screen.setup.fetching.words.startswith("Fetching the pretrained weights"))
        yield
    finally:
        screen.session.cancel_fetching()


def runs(session: Session) -> list[Path]:
    assert session.project is not None
    return list(session.project.runs_path.glob("*"))


def test_nothing_is_asked_for_before_train_is_pressed(screen: TrainScreen, server: Server, qtbot: QtBot) -> None:
    assert screen.setup.drawer.chosen.fetch
    screen.activate()
    qtbot.wait(50)

    assert not server.asked
    assert not screen.setup.fetching.isVisible()


def test_how_far_it_is_is_told_and_it_can_be_given_up_by_keys(screen: TrainScreen, qtbot: QtBot) -> None:
    setup, session = screen.setup, screen.session
    with begun(screen, qtbot):
        assert next(iter(GOOD)) in setup.fetching.words
        assert setup.fetching.isVisible()
        assert setup.train.text() == "Fetching…" and not setup.train.isEnabled()
        assert "networks" in screen.next_step() and not screen.next_action()
        assert setup.cancel.hasFocus()
        qtbot.keyClick(setup.cancel, Qt.Key.Key_Space)
        assert setup.cancel.text() == "Cancelling…"
        qtbot.waitUntil(lambda: not session.preparing)
    assert not session.running
    assert not runs(session)
    assert not list(fetched_path().iterdir())
    assert not setup.fetching.isVisible()
    assert setup.train.hasFocus() and setup.train.text() == "Train"
    assert setup.cancel.text() == "Cancel" and setup.cancel.isEnabled()


def test_how_far_it_is_is_seen_in_a_small_window_too(window: MainWindow, screen: TrainScreen, qtbot: QtBot) -> None:
    window.resize(window.minimumSize())
    cancel = screen.setup.cancel
    with begun(screen, qtbot):
        qtbot.waitUntil(lambda: cancel.visibleRegion().boundingRect() == cancel.rect())


def test_a_window_is_closed_without_a_question_once_the_training_was_given_up(
    window: MainWindow, screen: TrainScreen, qtbot: QtBot
) -> None:
    with begun(screen, qtbot):
        screen.setup.cancel.click()
        assert window.session.given_up
        assert window.close()


def test_a_project_that_is_closed_waits_for_no_networks(screen: TrainScreen, qtbot: QtBot) -> None:
    session = screen.session
    with begun(screen, qtbot), qtbot.assertNotEmitted(session.run_started):
        with qtbot.waitSignal(session.message) as said:
            session.close_project()
        assert "was given up" in said.args[1]
        qtbot.waitUntil(lambda: not session.preparing)


def test_the_window_asks_before_a_training_that_waits_for_networks_is_given_up(
    window: MainWindow, screen: TrainScreen, qtbot: QtBot
) -> None:
    project = window.session.project
    assert project is not None
    with begun(screen, qtbot):
        with answering("Cancel"):
            assert not window.close()
        assert window.session.fetching and not window.session.given_up
        with answering("Give it up"):
            assert window.close()
    assert not list(project.runs_path.glob("*"))


@pytest.mark.slow
def test_what_was_fetched_is_given_to_the_run(screen: TrainScreen, server: Server, qtbot: QtBot) -> None:
    session = screen.session
    server.complete = True
    with qtbot.waitSignal(session.run_started):
        screen.start()
    assert session.run is not None

    plan = json.loads((session.run.path / "plan.json").read_text())
    assert plan["weights"] == [str(fetched_path() / file_name(name)) for name in GOOD]
    assert not session.fetching
    with qtbot.waitSignal(session.run_ended):
        session.send("discard")


@pytest.mark.slow
def test_without_a_connection_it_trains_all_the_same_and_says_so(
    window: MainWindow, screen: TrainScreen, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = screen.session
    monkeypatch.setattr(fetching, "address", lambda name: f"http://127.0.0.1:1/{file_name(name)}")
    with qtbot.waitSignal(session.run_started):
        screen.start()
    assert session.run is not None

    qtbot.waitUntil(lambda: any("could not be fetched" in bar.words for bar in window.messages.bars()))
    plan = json.loads((session.run.path / "plan.json").read_text())
    assert not plan["weights"]
    assert "could not be fetched" in plan["notes"][0]
    with qtbot.waitSignal(session.run_ended):
        session.send("discard")
