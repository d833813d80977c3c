"""The overlay tells what works here and now, and keys are changed by pressing others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from labeling.importing import read, understand
from labeling.project import Project
from studio.actions import find
from studio.keys.capture import KeyCapture
from studio.keys.keymap import keymap
from studio.keys.overlay import KeyOverlay
from studio.label.screen import LabelScreen
from studio.window import MainWindow

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def screen(window: MainWindow, photos: Path, tmp_path: Path, qtbot: QtBot) -> Iterator[LabelScreen]:
    understanding = understand(photos)
    with Project.create(tmp_path / "twelve") as project:
        project.add(understanding, read(understanding))
    assert window.session.open_project(tmp_path / "twelve")
    qtbot.waitUntil(lambda: len(window.session.library.listing) == 12)
    window.go("label")
    made = window.page("label")
    assert isinstance(made, LabelScreen)
    yield made
    keymap().reset_all()


@pytest.fixture
def overlay(screen: LabelScreen, window: MainWindow, qtbot: QtBot) -> KeyOverlay:
    QTest.keyClick(window, Qt.Key.Key_Question)
    made = window.findChild(KeyOverlay)
    assert isinstance(made, KeyOverlay)
    return made


def key_button(overlay: KeyOverlay, title: str) -> QPushButton:
    found = [b for b in overlay.findChildren(QPushButton) if b.accessibleName().startswith(f"Key of {title}:")]
    return found[-1]


def capture_of(overlay: KeyOverlay) -> KeyCapture:
    found = overlay.findChildren(KeyCapture)[-1]
    assert isinstance(found, KeyCapture)
    return found


def back_to(screen: LabelScreen, overlay: KeyOverlay, qtbot: QtBot) -> None:
    """Close the overlay and go on labelling."""
    overlay.close()
    window = screen.window()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    screen.setFocus()


def sections(overlay: KeyOverlay) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    heading = ""
    body = overlay._area.widget()
    assert body is not None
    for label in body.findChildren(QLabel):
        if label.property("role") == "heading":
            heading = label.text()
        elif heading:
            found.setdefault(heading, []).append(label.text())
    return found


def test_what_works_now_comes_first_and_what_does_not_last(overlay: KeyOverlay) -> None:
    told = sections(overlay)
    assert list(told) == ["On Label, now", "Classes", "Everywhere", "Not now"]
    assert "Skip" in told["On Label, now"]
    assert told["Classes"] == ["Label “bolt”", "Label “nut”", "Label “washer”"]
    assert "Accept all suggestions in sight" in told["Not now"]


def test_a_key_is_changed_by_pressing_another(overlay: KeyOverlay, screen: LabelScreen, qtbot: QtBot) -> None:
    QTest.mouseClick(key_button(overlay, "Skip"), Qt.MouseButton.LeftButton)
    QTest.keyClick(capture_of(overlay).prompt, Qt.Key.Key_S)
    qtbot.waitUntil(lambda: key_button(overlay, "Skip").text() == "S")
    back_to(screen, overlay, qtbot)
    QTest.keyClick(screen, Qt.Key.Key_S)
    assert len(screen.listing.skipped) == 1
    QTest.keyClick(screen, Qt.Key.Key_X)
    assert len(screen.listing.skipped) == 1


def test_a_key_that_is_taken_says_by_what_and_is_taken_when_pressed_again(overlay: KeyOverlay) -> None:
    QTest.mouseClick(key_button(overlay, "Skip"), Qt.MouseButton.LeftButton)
    capture = capture_of(overlay)
    QTest.keyClick(capture.prompt, Qt.Key.Key_U)
    assert capture.note.text() == (
        "U already does “Go to the most doubtful”. Press it again to take it away from there, or press another key."
    )
    QTest.keyClick(capture.prompt, Qt.Key.Key_U)
    assert key_button(overlay, "Skip").text() == "U"
    assert key_button(overlay, "Go to the most doubtful").text() == "Set a key…"


def test_keys_of_classes_are_not_given_to_commands(overlay: KeyOverlay) -> None:
    QTest.mouseClick(key_button(overlay, "Skip"), Qt.MouseButton.LeftButton)
    capture = capture_of(overlay)
    for _ in range(2):
        QTest.keyClick(capture.prompt, Qt.Key.Key_5)
    assert capture.note.text() == "5 labels a class on the Label screen. Press another key."
    QTest.keyClick(capture.prompt, Qt.Key.Key_Escape)
    assert key_button(overlay, "Skip").text() == "X"


def test_a_class_gets_a_key_by_pressing_it(overlay: KeyOverlay, screen: LabelScreen, qtbot: QtBot) -> None:
    QTest.mouseClick(key_button(overlay, "the class washer"), Qt.MouseButton.LeftButton)
    capture = capture_of(overlay)
    QTest.keyClick(capture.prompt, Qt.Key.Key_N)
    assert capture.note.text() == "N already does “Add a class” here. Press another key."
    QTest.keyClick(capture.prompt, Qt.Key.Key_1)
    assert capture.note.text() == "1 labels “bolt”. Press it again to swap the keys of the two, or press another."
    QTest.keyClick(capture.prompt, Qt.Key.Key_W)
    assert key_button(overlay, "the class washer").text() == "W"
    back_to(screen, overlay, qtbot)
    QTest.keyClick(screen, Qt.Key.Key_W, SHIFT)
    assert screen.listing.labels[0] == "washer"
    assert screen.session.undo_name == "Label 'washer'"


def test_the_usual_key_comes_back(overlay: KeyOverlay, qtbot: QtBot) -> None:
    for title in ("No key", "Usual key: X"):
        QTest.mouseClick(key_button(overlay, "Skip"), Qt.MouseButton.LeftButton)
        (offered,) = [b for b in capture_of(overlay).findChildren(QPushButton) if b.text() == title]
        QTest.mouseClick(offered, Qt.MouseButton.LeftButton)
        expected = "X" if title.startswith("Usual") else "Set a key…"
        assert key_button(overlay, "Skip").text() == expected


def test_a_class_keeps_its_key_where_a_command_gets_its_usual_one_back(
    overlay: KeyOverlay, screen: LabelScreen, qtbot: QtBot
) -> None:
    keymap().choose(find("label.skip"), ("Y",))
    screen.session.changes.key_class("washer", "X")
    keymap().reset_all()
    back_to(screen, overlay, qtbot)
    QTest.keyClick(screen, Qt.Key.Key_X)
    assert screen.listing.labels[0] == "washer"
    assert not screen.listing.skipped
