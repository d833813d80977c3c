from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from engine.task import Modality
from studio.screen import ScreenState
from studio.share.exporting import ExportProcess
from studio.share.screen import ShareScreen
from studio.window import MainWindow
from tests.studio.recorded_runs import Recipe, project_with_run

EXPORT_MS = 60_000


def opened(window: MainWindow, project: Path) -> ShareScreen:
    window.session.open_project(project)
    window.go("share")
    return cast("ShareScreen", window.page("share"))


def test_before_a_model_there_is_nothing_to_share(window: MainWindow) -> None:
    window.go("share")
    screen = window.page("share")

    assert screen.state() is ScreenState.EMPTY
    assert not screen.can("export_onnx")
    assert screen.next_action() == "go.train"


@pytest.mark.slow
@pytest.mark.parametrize("modality", [Modality.IMAGE, Modality.TABLE])
def test_an_export_is_proven_and_its_program_runs(
    modality: Modality, window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path
) -> None:
    screen = opened(window, project_with_run(tmp_path / "project", photos, Recipe(modality)))
    out = tmp_path / "out here"
    out.mkdir()
    screen.export_to(out)
    card = screen.card
    assert card is not None
    assert not card.export.isEnabled()
    assert not screen.can("export_onnx")
    qtbot.waitUntil(lambda: card.copy_code.isVisible(), timeout=EXPORT_MS)

    assert card.proof.words.startswith("Checked on ")
    assert card.proof.words.endswith("Same answers.")
    assert screen.exported is not None
    assert screen.exported.path.is_file()
    card.copy_code.click()
    assert card.copy_code.text() == "Copied"
    code = QGuiApplication.clipboard().text().replace("photo.jpg", str(photos / "nut" / "nut 0.png"))
    ran = subprocess.run([sys.executable, "-c", code], cwd=out, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "washer" in ran.stdout
    manifest = window.session.model_path
    assert manifest is not None
    (manifest / "model.json").touch()
    window.session.model_changed.emit()
    assert "Export it again" in card.proof.words


@pytest.mark.slow
def test_cancelling_leaves_nothing_behind(window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path) -> None:
    screen = opened(window, project_with_run(tmp_path / "project", photos, Recipe()))
    out = tmp_path / "out"
    out.mkdir()
    screen.export_to(out)
    card = screen.card
    assert card is not None
    card.cancel.click()
    assert card.cancel.text() == "Stopping…"
    qtbot.waitUntil(lambda: not screen.process.running)

    assert card.proof.words == "Cancelled. Nothing was written."
    assert card.export.isEnabled()
    assert not list(out.iterdir())


@pytest.mark.slow
def test_a_failure_is_told_in_the_exporters_words(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path
) -> None:
    project = project_with_run(tmp_path / "project", photos, Recipe())
    screen = opened(window, project)
    next(project.glob("runs/*/model/model.json")).write_text("{}")
    screen.export_to(tmp_path)
    card = screen.card
    assert card is not None
    qtbot.waitUntil(lambda: not screen.process.running, timeout=EXPORT_MS)

    assert "damaged" in card.proof.words
    assert not list(tmp_path.glob("*.onnx"))


@pytest.mark.slow
def test_a_process_that_says_nothing_is_a_failure_too(qtbot: QtBot, tmp_path: Path) -> None:
    process = ExportProcess()
    with qtbot.waitSignal(process.failed, timeout=EXPORT_MS) as told:
        process.start(tmp_path, "papyrus", tmp_path)

    assert told.args == ["The export ended unexpectedly. Nothing was written. Try again."]
    assert not process.running
