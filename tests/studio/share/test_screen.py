"""Sharing at the window: real exports, what is remembered of them, and what is said when they fail."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QWindow
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from engine.task import Modality
from exporters.targets import TARGETS, Target
from studio.actions import ACTIONS, Scope
from studio.screen import ScreenState
from studio.share.card import ExportCard
from studio.share.exporting import Wanted
from studio.share.memory import remember, remembered
from studio.share.models import stamp
from studio.share.screen import ShareScreen
from studio.window import MainWindow
from tests.studio.recorded_runs import Recipe, project_with_run, record
from tests.studio.share.exports import comparison, exported

LONG = "a class name that goes on and on, as those of people who describe what they see do "


def opened(window: MainWindow, project: Path) -> ShareScreen:
    window.session.open_project(project)
    window.go("share")
    return cast("ShareScreen", window.page("share"))


def card_of(screen: ShareScreen, name: str = "onnx") -> ExportCard:
    assert screen.page is not None
    screen.page.show_card(name)
    return screen.page.card


def test_before_a_model_there_is_nothing_to_share(window: MainWindow) -> None:
    window.go("share")
    screen = window.page("share")

    assert screen.state() is ScreenState.EMPTY
    assert screen.next_action() == "go.train"
    assert not any(screen.can(name) for name in screen.commands())


def test_every_command_of_the_screen_is_an_action(window: MainWindow) -> None:
    actions = {action.id.removeprefix("share.") for action in ACTIONS if action.scope is Scope.SHARE}
    assert actions == set(window.page("share").commands())


@pytest.mark.slow
def test_an_onnx_file_is_proven_and_its_program_runs(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path
) -> None:
    screen = opened(window, project_with_run(tmp_path / "project", photos, Recipe()))
    out = tmp_path / "out here"
    out.mkdir()
    card = card_of(screen)
    card.export.setFocus()
    screen.export_to(out)
    assert not card.export.isEnabled()
    assert window.focusWidget() is card.cancel
    assert not screen.can("export")
    assert "One at a time" in card_of(screen, "report").busy.text()
    card_of(screen)
    qtbot.waitUntil(lambda: not screen.process.running)

    assert window.focusWidget() is card.outcome.open
    assert card.outcome.proof.words.startswith("Proven equal to your model. Checked on ")
    assert "on 84 samples it never saw" in card.outcome.score.text()
    assert card.outcome.place.text() == str(out)
    assert not card.test.isVisible()
    screen.commands()["copy_path"]()
    assert Path(QGuiApplication.clipboard().text()).is_file()
    card.outcome.copy_code.click()
    assert card.outcome.copy_code.text() == "Copied"
    code = QGuiApplication.clipboard().text().replace("photo.jpg", str(photos / "nut" / "nut 0.png"))
    ran = subprocess.run([sys.executable, "-c", code], cwd=out, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "washer" in ran.stdout


@pytest.mark.slow
def test_a_folder_of_its_own_never_replaces_another(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, table: Path
) -> None:
    screen = opened(window, project_with_run(tmp_path / "my project", table, Recipe(Modality.TABLE)))
    (tmp_path / "my-project-docker").mkdir()
    card = card_of(screen, "docker")
    screen.export_to(tmp_path)
    qtbot.waitUntil(lambda: not screen.process.running)

    assert screen.exported is not None, card.problem.words
    assert screen.exported.path == tmp_path / "my-project-docker-2"
    assert card.outcome.commands.toPlainText().startswith("docker build ")
    assert card.browser.isVisible()
    qtbot.waitUntil(lambda: "Looking" not in card.container.line.text())


@pytest.mark.slow
def test_cancelling_leaves_nothing_behind(window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path) -> None:
    screen = opened(window, project_with_run(tmp_path / "project", photos, Recipe()))
    out = tmp_path / "out"
    out.mkdir()
    card = card_of(screen)
    screen.export_to(out)
    screen.commands()["cancel"]()
    assert card.cancel.text() == "Stopping…"
    qtbot.waitUntil(lambda: not screen.process.running)

    assert card.problem.words == "Cancelled. Nothing was written."
    assert card.export.isEnabled()
    assert not list(out.iterdir())


@pytest.mark.slow
def test_another_project_does_not_wait_for_what_ends(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path
) -> None:
    first, second = (project_with_run(tmp_path / name, photos, Recipe()) for name in ("first", "second"))
    screen = opened(window, first)
    card, page = card_of(screen), screen.page
    assert page is not None
    card.test.show()
    card.test.offer(tmp_path / "gone.zip")
    card.test.start()
    screen.process.start(Wanted(tmp_path, "onnx", tmp_path / "out"))
    with qtbot.waitSignal(page.destroyed):
        opened(window, second)
        assert card.test.running
        assert screen.process.running
        assert "another run is being ended" in card_of(screen).busy.text()
        assert not screen.can("export")
    qtbot.waitUntil(lambda: not screen.process.running)

    assert not card_of(screen).problem.isVisible()
    assert card_of(screen).export.isEnabled()
    assert screen.can("export")


@pytest.mark.slow
def test_a_failure_is_told_in_the_exporters_words(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path
) -> None:
    project = project_with_run(tmp_path / "project", photos, Recipe())
    screen = opened(window, project)
    next(project.glob("runs/*/model/model.json")).write_text("{}")
    card = card_of(screen)
    screen.export_to(tmp_path)
    qtbot.waitUntil(lambda: not screen.process.running)

    assert "damaged" in card.problem.words
    assert not list(tmp_path.glob("*.onnx"))


def test_coming_back_shows_what_was_exported_and_whether_it_is_there(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path
) -> None:
    screen = opened(window, project_with_run(tmp_path / "project", photos, Recipe()))
    session = window.session
    run, model = session.run, session.model_path
    assert run is not None
    assert model is not None
    file = tmp_path / "bolts.onnx"
    file.touch()
    remember(session.project, run.path, exported(file, stamp=stamp(model)))
    session.close_project()
    screen = opened(window, tmp_path / "project")
    card = card_of(screen)

    assert card.outcome.facts.text().startswith("bolts.onnx · 19 MB")
    assert not card.outcome.warning.isVisible()
    assert screen.page is not None
    assert screen.page.choice.whole.accessibleDescription().startswith("19 MB as ONNX, 4.57 ms as ONNX, right on ")
    assert screen.next_step() == "bolts.onnx is ready to be used."
    (model / "model.json").touch()
    session.model_changed.emit()
    assert "got better" in card.outcome.warning.words
    file.unlink()
    window.go("results")
    window.go("share")
    assert "not there any more" in card.outcome.warning.words
    assert not screen.can("copy_command")


def test_both_sides_of_a_smaller_model_and_what_was_left_are_shown(
    window: MainWindow, tmp_path: Path, photos: Path
) -> None:
    screen = opened(window, project_with_run(tmp_path / "project", photos, Recipe()))
    run = window.session.run
    assert run is not None
    card = card_of(screen, "edge")
    small = exported(tmp_path, "edge", comparison=comparison(), sentences=["Before: a.", "After: b.", "Times differ."])
    card.show_done(small, run.task, {}, stale=False)

    assert "static int8, 2.5 MB, 8 ms" in card.outcome.sides.accessibleDescription()
    assert "The small model, Left: it loses 3.0 points." in card.outcome.ladder.accessibleDescription()
    assert card.outcome.notes.text() == "Times differ."


def test_words_that_are_no_number_stop_before_anything_starts(window: MainWindow, tmp_path: Path, photos: Path) -> None:
    screen = opened(window, project_with_run(tmp_path / "project", photos, Recipe()))
    card = card_of(screen, "edge")
    field = card.form.controls["max_loss"].widget
    assert isinstance(field, QLineEdit)
    field.setText("little")
    screen.export_to(tmp_path)

    assert "is a number" in card.problem.words
    assert not screen.process.running


def test_no_part_of_it_is_ever_a_window_of_its_own(
    window: MainWindow, qtbot: QtBot, qapp: QApplication, tmp_path: Path, photos: Path
) -> None:
    """It would take the keys from the window, for good where it is built behind another screen."""
    project = project_with_run(tmp_path / "project", photos, Recipe())
    seen: list[QWindow | None] = []
    qapp.focusWindowChanged.connect(seen.append)
    opened(window, project)
    qtbot.wait(50)
    qapp.focusWindowChanged.disconnect(seen.append)

    assert [each for each in seen if each is not window.windowHandle()] == []


def test_a_new_target_is_a_new_card(
    window: MainWindow, tmp_path: Path, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TARGETS, "stone", Target("a:B", "a slab with the model carved in"))
    screen = opened(window, project_with_run(tmp_path / "project", photos, Recipe()))
    card = card_of(screen, "stone")

    assert card.isVisible()
    assert screen.can("export_stone")


def test_cards_are_chosen_and_models_named_with_the_keys(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path
) -> None:
    screen = opened(window, project_with_run(tmp_path / "project", photos, Recipe()))
    page = screen.page
    assert page is not None
    page.tiles["onnx"].setFocus()
    qtbot.keyClick(page.tiles["onnx"], Qt.Key.Key_Right)
    assert page.tiles["bundle"].hasFocus()
    assert page.card.name == "bundle"
    for expected in (page.choice.whole, page.card.export):
        page.focusNextChild()
        assert window.focusWidget() is expected
    assert not screen.can("switch_model")
    assert page.choice.small.accessibleDescription().startswith("this run has none")


def test_a_run_that_ended_meanwhile_shows_its_figures_and_its_small_model(
    window: MainWindow, tmp_path: Path, photos: Path
) -> None:
    project = project_with_run(tmp_path / "project", photos, Recipe())
    (result,) = project.glob("runs/*/result.json")
    ended = result.read_text(encoding="utf-8")
    result.unlink()
    screen = opened(window, project)
    assert screen.page is not None
    choice = screen.page.choice
    before = choice.whole.accessibleDescription()
    result.write_text(ended, encoding="utf-8")
    shutil.copytree(result.parent / "model", result.parent / "small")
    window.go("data")
    window.go("share")
    assert screen.page.choice is choice
    assert len(choice.whole.accessibleDescription()) > len(before)
    assert choice.small.isEnabled()


def test_a_card_is_made_when_it_is_first_looked_at(window: MainWindow, tmp_path: Path, photos: Path) -> None:
    project = project_with_run(tmp_path / "project", photos, Recipe())
    window.session.open_project(project)
    run, model = window.session.run, window.session.model_path
    assert run is not None
    assert model is not None
    file = tmp_path / "bundle"
    file.mkdir()
    remember(window.session.project, run.path, exported(file, "bundle", stamp=stamp(model)))
    screen = opened(window, project)
    page = screen.page
    assert page is not None

    assert list(page.cards) == [next(iter(TARGETS))]
    assert page.tiles["bundle"].accessibleDescription() == "exported already"
    card = card_of(screen, "bundle")

    assert list(page.cards) == [next(iter(TARGETS)), "bundle"]
    assert card.isVisible()
    assert card.outcome.isVisible()
    assert card.exported is not None


def test_long_names_fit_a_small_window(window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path) -> None:
    classes = tuple(f"{LONG}{number}" for number in range(3))
    project = project_with_run(tmp_path / ("a project of a long name " * 5), photos, Recipe(classes=classes))
    window.resize(900, 600)
    screen = opened(window, project)
    page = screen.page
    assert page is not None
    run = window.session.run
    assert run is not None
    path = tmp_path / ("a-file-with-a-long-name-" * 8 + ".onnx")
    for name in TARGETS:
        page.show_card(name)
        page.card.show_done(exported(path, name, comparison=comparison()), run.task, {}, stale=True)
        qtbot.waitExposed(window)
        assert page.horizontalScrollBar().maximum() == 0, name


@pytest.mark.slow
def test_an_export_that_a_new_model_ends_is_not_ended_without_a_word(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path
) -> None:
    screen = opened(window, project_with_run(tmp_path / "project", photos, Recipe()))
    (tmp_path / "out").mkdir()
    screen.export_to(tmp_path / "out")
    assert window.session.project is not None
    window.session._follow(record(window.session.project.new_run_path(), Recipe()), None)
    assert any("The export was ended" in bar.words for bar in window.messages.bars())
    qtbot.waitUntil(lambda: not screen.process.running)


def test_an_export_that_ends_while_the_next_run_begins_is_remembered_of_its_own(
    window: MainWindow, tmp_path: Path, photos: Path
) -> None:
    screen = opened(window, project_with_run(tmp_path / "project", photos, Recipe()))
    session = window.session
    assert session.project is not None and session.run is not None
    first = session.run.path
    screen.process._wanted = Wanted(first, "onnx", tmp_path)
    session.run = record(session.project.new_run_path(), Recipe(points=0, ended=None))
    file = tmp_path / "bolts.onnx"
    file.touch()
    screen.process.done.emit(exported(file))
    assert remembered(session.project, first)["onnx"].path == file
    assert remembered(session.project, session.run.path) == {}
