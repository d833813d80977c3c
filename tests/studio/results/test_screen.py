from __future__ import annotations

from pathlib import Path
from typing import cast

from pytestqt.qtbot import QtBot

from engine.task import Kind
from studio.results.screen import ResultsScreen
from studio.screen import ScreenState
from studio.window import MainWindow
from tests.studio.recorded_runs import Recipe, project_with_run


def results(window: MainWindow) -> ResultsScreen:
    window.go("results")
    return cast("ResultsScreen", window.page("results"))


def test_before_a_model_it_shows_what_will_be_and_the_way_there(window: MainWindow) -> None:
    screen = results(window)

    assert screen.state() is ScreenState.EMPTY
    assert screen.next_action() == "go.train"


def test_an_opened_project_shows_its_newest_results(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path
) -> None:
    window.session.open_project(project_with_run(tmp_path / "project", photos, Recipe(skill=0.7)))
    screen = results(window)
    qtbot.waitUntil(lambda: screen.page is not None)
    assert screen.page is not None

    assert screen.state() is ScreenState.READY
    assert screen.page.headline.text() == "Right on 77 of 100"
    assert "is the weakest class" in screen.next_step()
    assert screen.page.curve.model.rowCount() == 6
    with (
        qtbot.waitSignal(window.session.samples_wanted) as samples,
        qtbot.waitSignal(window.session.screen_wanted) as wanted,
    ):
        screen.page.samples.label.click()
    assert samples.args[1] == "Worst mistakes first"
    assert wanted.args == ["data"]


def test_mistakes_in_samples_of_no_class_are_told_without_a_weakest_one(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path
) -> None:
    recipe = Recipe(kind=Kind.MULTILABEL, n_test=1, skill=0.0)  # the sample of the test has none of the classes
    window.session.open_project(project_with_run(tmp_path / "project", photos, recipe))
    screen = results(window)
    qtbot.waitUntil(lambda: screen.page is not None and screen.report is not None)
    assert screen.next_step().endswith(". Look at the mistakes.")


def test_closing_the_project_takes_the_results_away(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path
) -> None:
    window.session.open_project(project_with_run(tmp_path / "project", photos, Recipe()))
    screen = results(window)
    qtbot.waitUntil(lambda: screen.report is not None)
    window.session.close_project()

    assert screen.report is None
    assert screen.state() is ScreenState.EMPTY


def test_a_damaged_run_is_told_in_a_message(window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path) -> None:
    project = project_with_run(tmp_path / "project", photos, Recipe())
    next(project.glob("runs/*/model/test.parquet")).write_bytes(b"no parquet")
    window.session.open_project(project)
    with qtbot.waitSignal(window.session.message) as told:
        results(window)

    assert told.args[0] == "error"
    assert "test.parquet cannot be read" in told.args[1]
