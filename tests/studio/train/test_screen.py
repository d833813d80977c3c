from __future__ import annotations

import shutil
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from studio.screen import ScreenState
from studio.train.screen import TrainScreen
from studio.window import MainWindow
from tests.studio.recorded_runs import Recipe, project_with_run


def opened(window: MainWindow, qtbot: QtBot, project: Path) -> TrainScreen:
    window.session.open_project(project)
    qtbot.waitUntil(lambda: len(window.session.library.listing) > 0)
    window.go("train")
    return cast("TrainScreen", window.page("train"))


def test_without_samples_it_points_to_the_data(window: MainWindow) -> None:
    window.go("train")
    screen = window.page("train")

    assert screen.state() is ScreenState.EMPTY
    assert not screen.can("start")


def test_the_goal_is_read_from_the_project(window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path) -> None:
    screen = opened(window, qtbot, project_with_run(tmp_path / "project", photos))
    qtbot.waitUntil(lambda: screen.can("start"))

    assert screen.state() is ScreenState.NEEDS_YOU
    assert screen.next_action() == "train.start"
    assert "nut has 4 of at least 5 examples." in [c.text for c in screen.goal.concerns] if screen.goal else False


def test_an_earlier_run_is_replayed(window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path) -> None:
    screen = opened(window, qtbot, project_with_run(tmp_path / "project", photos, Recipe()))

    assert screen.state() is ScreenState.READY
    assert screen.panel is not None
    qtbot.waitUntil(lambda: screen.panel is not None and screen.panel.headline.text().startswith("Done: it tells 88"))
    screen.panel.again.click()
    assert screen.setup.isVisible()
    assert screen.setup.train.hasFocus()


def test_a_run_cut_off_offers_to_go_on(window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path) -> None:
    screen = opened(window, qtbot, project_with_run(tmp_path / "project", photos, Recipe(ended=None)))

    assert screen.state() is ScreenState.NEEDS_YOU
    assert screen.panel is not None
    assert screen.panel.lost.isVisible()
    assert screen.can("resume")


@pytest.mark.slow
def test_a_training_is_discarded_only_when_asked_twice(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, table: Path
) -> None:
    screen = opened(window, qtbot, project_with_run(tmp_path / "project", table))
    session = window.session
    qtbot.waitUntil(lambda: screen.can("start"))
    screen.setup.durations.choose(60.0)
    screen.start()
    qtbot.waitUntil(lambda: session.running)
    assert session.project is not None
    assert session.project.setting("train.budget_s") == 60.0
    with qtbot.waitSignal(session.run_ended) as ended:
        screen.commands()["discard"]()
        box = screen.findChild(QMessageBox)
        assert isinstance(box, QMessageBox)
        assert box.defaultButton().text() == "Keep training"
        box.defaultButton().click()
        assert session.running
        next(made for made in box.buttons() if made.text() == "Discard training").click()
    assert ended.args[0]["stopped_because"] == "discarded"
    assert session.model_path is None


@pytest.mark.slow
def test_the_keyboard_stays_with_the_training(window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path) -> None:
    screen = opened(window, qtbot, project_with_run(tmp_path / "project", photos))
    session = window.session
    qtbot.waitUntil(lambda: screen.can("start"))
    screen.setup.durations.choose(600.0)
    screen.setup.train.setFocus()
    qtbot.keyClick(screen.setup.train, Qt.Key.Key_Space)
    assert screen.isAncestorOf(screen.focusWidget())
    qtbot.waitUntil(lambda: session.running)
    panel = screen.panel
    assert panel is not None
    assert panel.verbs["pause"].hasFocus()
    panel.verbs["finish"].setFocus()
    qtbot.wait(300)
    assert panel.verbs["finish"].hasFocus()
    panel.verbs["pause"].setFocus()
    qtbot.keyClick(panel.verbs["pause"], Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: panel.verbs["resume"].hasFocus())
    with qtbot.waitSignal(session.run_ended):
        session.send("discard")


@pytest.mark.slow
def test_discarding_brings_the_earlier_model_back(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, table: Path
) -> None:
    screen = opened(window, qtbot, project_with_run(tmp_path / "project", table, Recipe()))
    session = window.session
    earlier = session.run
    assert earlier is not None
    screen.setup.durations.choose(60.0)
    screen.start()
    qtbot.waitUntil(lambda: session.running)
    session.send("discard")
    qtbot.waitUntil(lambda: not session.running)

    assert session.run is not None
    assert session.run.path == earlier.path
    assert session.model_path is not None


def test_a_project_of_several_classes_can_be_trained(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    table = tmp_path / "notes.csv"
    table.write_text("text,tags\n" + "".join(f"words {n},{'a;b' if n % 2 else 'a'}\n" for n in range(12)))
    screen = opened(window, qtbot, project_with_run(tmp_path / "project", table))
    qtbot.waitUntil(lambda: screen.can("start"))

    assert screen.goal is not None
    assert screen.goal.sentence.endswith("any of a and b")


def test_a_run_cut_off_before_its_first_model_can_be_thrown_away(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path
) -> None:
    path = project_with_run(tmp_path / "project", photos, Recipe(ended=None, points=0))
    (model,) = path.glob("runs/*/model")
    shutil.rmtree(model)
    screen = opened(window, qtbot, path)

    assert screen.can("discard")
    offered = [made.text() for bar in window.messages.bars() for made in bar.findChildren(QPushButton)]
    assert offered == ["Resume", "Discard"]
