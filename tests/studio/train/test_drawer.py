"""More choices: closed until asked for, kept with the project, and in the plan of the run."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from engine.backbones.good import GOOD
from labeling.project import Project
from studio.demo.person import Person
from studio.train.choices import AS_USUAL, Choices
from studio.train.drawer import ChoicesDrawer
from studio.train.launching import fetched_path
from studio.train.screen import TrainScreen
from studio.window import MainWindow
from tests.studio.recorded_runs import project_with_run


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder with a file that is named as weights are."""
    folder = tmp_path / "own"
    folder.mkdir()
    for name in ("resnet18.pth", "notes.txt"):
        (folder / name).touch()
    return folder


def opened(window: MainWindow, qtbot: QtBot, project: Path) -> TrainScreen:
    window.session.open_project(project)
    window.go("train")
    screen = cast("TrainScreen", window.page("train"))
    qtbot.waitUntil(lambda: screen.can("start"))
    return screen


def keep(project: Path, choices: object) -> Path:
    with Project.open(project) as made:
        made.set_setting("train.choices", choices)
    return project


def press(drawer: ChoicesDrawer, title: str) -> None:
    next(made for made in drawer.findChildren(QPushButton) if made.text() == title).click()


def planned(screen: TrainScreen, qtbot: QtBot) -> dict[str, Any]:
    """Train, discard it, and return the plan that the worker was given."""
    session = screen.session
    screen.setup.durations.choose(60.0)
    screen.start()
    qtbot.waitUntil(lambda: session.running)
    assert session.run is not None
    plan: dict[str, Any] = json.loads((session.run.path / "plan.json").read_text())
    with qtbot.waitSignal(session.run_ended):
        session.send("discard")
    return plan


def test_the_drawer_is_closed_until_it_is_asked_for(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path
) -> None:
    drawer = opened(window, qtbot, project_with_run(tmp_path / "project", photos)).setup.drawer
    parts = (drawer.latency, drawer.device, drawer.networks, drawer.fetch)

    assert drawer.switch.text() == "More choices"
    assert not any(part.isVisible() for part in parts)
    drawer.switch.click()
    assert all(part.isVisible() for part in parts)
    assert drawer.chosen == AS_USUAL


@pytest.mark.slow
def test_what_is_usual_leaves_the_plan_as_it_was(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path
) -> None:
    plan = planned(opened(window, qtbot, project_with_run(tmp_path / "project", photos)), qtbot)

    assert (plan["budget_s"], plan["device"], plan["seed"]) == (60.0, "auto", 0)
    assert (plan["max_latency_ms"], plan["weights"], plan["transfer"], plan["search"]) == (None, [], "auto", "auto")


@pytest.mark.slow
def test_what_is_chosen_is_said_planned_and_kept_with_the_project(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path, own: Path
) -> None:
    path = project_with_run(tmp_path / "project", photos)
    screen = opened(window, qtbot, path)
    drawer = screen.setup.drawer
    drawer.switch.click()
    press(drawer, "30 ms")
    press(drawer, "The processor")
    drawer.networks.choose(own)
    qtbot.waitUntil(lambda: drawer.networks.said.text() == "1 network found: resnet18.pth.")
    drawer.switch.click()
    said = "More choices: answers within 30 ms, 1 network of your own, on the processor"
    assert drawer.switch.text() == drawer.switch.accessibleName() == said

    plan = planned(screen, qtbot)
    assert (plan["max_latency_ms"], plan["weights"], plan["device"]) == (30.0, [str(own / "resnet18.pth")], "cpu")
    window.session.close_project()
    assert drawer.chosen == AS_USUAL
    opened(window, qtbot, path)
    assert drawer.chosen == Choices(30.0, own, "cpu")
    qtbot.waitUntil(lambda: drawer.switch.text() == said)


def test_choices_of_one_project_are_not_those_of_the_next(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path, table: Path
) -> None:
    first = keep(project_with_run(tmp_path / "first", photos), {"max_latency_ms": 12.5, "device": "cpu"})
    drawer = opened(window, qtbot, first).setup.drawer

    assert drawer.chosen == Choices(12.5, device="cpu")
    assert drawer.latency.custom.text() == "12.5 ms"
    opened(window, qtbot, project_with_run(tmp_path / "second", table))
    assert drawer.chosen == AS_USUAL


def test_larger_networks_are_wished_for_by_keys_and_that_is_said_until_the_project_is_closed(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path
) -> None:
    path = project_with_run(tmp_path / "project", photos)
    drawer = opened(window, qtbot, path).setup.drawer
    assert len(GOOD) == 2
    assert drawer.fetch.text() == "Fetch two larger networks from the internet (160 MB, once)"
    assert str(fetched_path()) in drawer.fetch.toolTip()
    drawer.switch.click()
    qtbot.keyClick(drawer.fetch, Qt.Key.Key_Space)
    assert drawer.chosen == Choices(fetch=True)
    drawer.switch.click()
    assert drawer.switch.accessibleName() == "More choices: larger networks from the internet"

    window.session.close_project()
    opened(window, qtbot, keep(path, {"fetch": True}))  # a project may come from somebody else
    assert not drawer.fetch.isChecked()


@pytest.mark.parametrize("stored", ["{", "[1]", '{"max_latency_ms": "soon", "networks": 3, "device": "tpu"}'])
def test_choices_that_were_damaged_count_as_never_made(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, table: Path, stored: str
) -> None:
    path = keep(project_with_run(tmp_path / "project", table), {})
    with closing(sqlite3.connect(path / "project.db")) as connection, connection:
        connection.execute("UPDATE setting SET value = ? WHERE key = 'train.choices'", (stored,))

    assert opened(window, qtbot, path).setup.drawer.chosen == AS_USUAL


@pytest.mark.slow
def test_a_folder_that_is_gone_is_said_done_without_and_found_when_it_is_back(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path
) -> None:
    gone = tmp_path / "gone"
    screen = opened(window, qtbot, keep(project_with_run(tmp_path / "project", photos), {"networks": str(gone)}))
    drawer = screen.setup.drawer
    qtbot.waitUntil(drawer.networks.trouble.isVisible)

    assert drawer.networks.trouble.words.startswith(f"There is no folder {gone}.")
    assert drawer.switch.text() == "More choices: no networks in “gone”"
    plan = planned(screen, qtbot)
    assert plan["weights"] == []
    assert plan["notes"][0] == drawer.networks.trouble.words
    gone.mkdir()
    (gone / "resnet18.pth").touch()
    window.go("data")
    window.go("train")
    qtbot.waitUntil(lambda: drawer.switch.text() == "More choices: 1 network of your own")
    assert not drawer.networks.trouble.isVisible()


def test_a_limit_that_is_no_number_is_explained_and_holds_the_training_back(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, table: Path
) -> None:
    screen = opened(window, qtbot, project_with_run(tmp_path / "project", table))
    setup, drawer = screen.setup, screen.setup.drawer
    drawer.switch.click()
    qtbot.keyClicks(drawer.latency.custom, "soon")

    assert drawer.latency.problem.isVisible()
    assert not setup.train.isEnabled()
    assert not screen.can("start")
    drawer.switch.click()
    seen = [label.text() for label in setup.findChildren(QLabel) if label.isVisible()]
    assert "Correct how quick an answer must be, under “More choices”." in seen
    drawer.switch.click()
    drawer.latency.custom.selectAll()
    qtbot.keyClick(drawer.latency.custom, Qt.Key.Key_Delete)
    assert screen.can("start")
    assert drawer.chosen == AS_USUAL
    qtbot.keyClicks(drawer.latency.custom, "20")
    assert setup.train.isEnabled()
    assert drawer.chosen == Choices(20.0)


@pytest.mark.parametrize("data", ["texts", "table"])
def test_networks_are_offered_for_photos_alone(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, data: str, request: pytest.FixtureRequest
) -> None:
    path = project_with_run(tmp_path / "project", request.getfixturevalue(data))
    drawer = opened(window, qtbot, keep(path, {"networks": str(tmp_path / "gone")})).setup.drawer
    drawer.switch.click()
    qtbot.waitUntil(lambda: drawer.networks.found is not None)

    assert drawer.latency.isVisible()
    assert not drawer.networks.isVisible()
    assert not drawer.networks.trouble.isVisible()
    assert not drawer.fetch.isVisible()
    assert drawer.chosen == AS_USUAL


def test_a_folder_is_chosen_in_a_dialog_and_cleared(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path, own: Path
) -> None:
    drawer = opened(window, qtbot, project_with_run(tmp_path / "project", photos)).setup.drawer
    networks = drawer.networks
    drawer.switch.click()
    networks.pick.click()
    Person(window, tmp_path).choose_folder(own)
    qtbot.waitUntil(lambda: networks.said.text() == "1 network found: resnet18.pth.")

    assert networks.place.text() == str(own)
    assert drawer.chosen.networks == own
    press(drawer, "Clear")
    assert drawer.chosen == AS_USUAL
    assert not networks.said.isVisible()
    assert not networks.clear.isEnabled()


def test_keys_alone_reach_all_of_it_in_a_small_window(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path
) -> None:
    screen = opened(window, qtbot, project_with_run(tmp_path / "project", photos))
    drawer, pick = screen.setup.drawer, screen.setup.drawer.networks.pick
    window.resize(window.minimumSize())
    screen.setup.durations.custom.setFocus()
    tab(qtbot)
    assert drawer.switch.hasFocus()
    qtbot.keyClick(drawer.switch, Qt.Key.Key_Space)
    QApplication.processEvents()
    tab(qtbot)
    focused = QApplication.focusWidget()
    assert focused is not None and drawer.latency.isAncestorOf(focused)
    for _ in range(9):
        if not pick.hasFocus():
            tab(qtbot)
    assert pick.hasFocus()
    qtbot.waitUntil(lambda: not pick.visibleRegion().isEmpty())
    tab(qtbot)
    assert drawer.fetch.hasFocus()
    qtbot.waitUntil(lambda: not drawer.fetch.visibleRegion().isEmpty())
    for choice in drawer.findChildren(QAbstractButton):
        assert choice.width() >= choice.sizeHint().width(), f"{choice.text()} is cut off"


def tab(qtbot: QtBot) -> None:
    focused = QApplication.focusWidget()
    assert focused is not None
    qtbot.keyClick(focused, Qt.Key.Key_Tab)
    QApplication.processEvents()  # what has opened or moved takes its place, as between the keys of a person
