"""Settings, projects and files of the studio's tests live in temporary folders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtCore import QCoreApplication, QSettings, SignalInstance
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from pytestqt.wait_signal import MultiSignalBlocker, SignalBlocker
from typing_extensions import override

from studio.window import MainWindow

PATIENCE_MS = 60_000


class PatientBot(QtBot):
    """Waits long for what comes soon on a quiet machine: a condition decides a test, never a clock."""

    @override
    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE_MS) -> None:
        super().waitUntil(callback, timeout=timeout)

    @override
    def waitSignal(self, signal: SignalInstance, *, timeout: int = PATIENCE_MS, **options: Any) -> SignalBlocker:
        return super().waitSignal(signal, timeout=timeout, **options)

    @override
    def waitSignals(
        self, signals: list[SignalInstance], *, timeout: int = PATIENCE_MS, **options: Any
    ) -> MultiSignalBlocker:
        return super().waitSignals(signals, timeout=timeout, **options)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """Qt's events and waits, with patience."""
    return PatientBot(request)


@pytest.fixture(autouse=True)
def own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep settings and new projects out of the home of whoever runs the tests."""
    QCoreApplication.setOrganizationName("Autodidact")
    QCoreApplication.setApplicationName("Autodidact Studio")
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "settings"))
    monkeypatch.setenv("AUTODIDACT_HOME", str(tmp_path / "projects"))


@pytest.fixture(autouse=True)
def unhelped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at no samples to suggest labels, which takes a process with torch, but where a test is about that."""
    monkeypatch.setattr("studio.label.suggesting.PATIENCE_MS", 3_600_000)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder with three folders of four small photos each, one broken and one empty file."""
    folder = tmp_path / "bolts and nuts"
    for number, name in enumerate(("bolt", "nut", "washer")):
        (folder / name).mkdir(parents=True)
        for shade in range(4):
            colour = (40 + 60 * number, 30 + 50 * shade, 200 - 60 * number)
            picture = Image.new("RGB", (64, 48), colour)
            picture.paste((255, 255, 255), (8 * shade, 4 * number, 8 * shade + 12, 4 * number + 12))
            picture.save(folder / name / f"{name} {shade}.png")
    (folder / "nut" / "broken.jpg").write_text("not a picture")
    (folder / "nut" / "empty.png").touch()
    return folder


@pytest.fixture
def loose_photos(tmp_path: Path) -> Path:
    """A flat folder of nine photos without labels."""
    folder = tmp_path / "loose"
    folder.mkdir()
    for number in range(9):
        picture = Image.new("RGB", (80, 60), (25 * number, 90, 250 - 25 * number))
        picture.paste((255, 255, 0), (number * 6, 5, number * 6 + 20, 40))
        picture.save(folder / f"photo {number}.png")
    return folder


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """Folders ``praise`` and ``complaint`` with four text files each, one of them in Chinese."""
    root = tmp_path / "letters"
    for name, words in (("praise", "The soup was very good"), ("complaint", "The soup was cold")):
        (root / name).mkdir(parents=True)
        for number in range(3):
            (root / name / f"{name} {number}.txt").write_text(f"{words} on day {number}.\n", encoding="utf-8")
        (root / name / "other.txt").write_text(f"{name}: 味道很好,服务也不错。", encoding="utf-8")
    return root


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table of 40 rows with a class to predict."""
    path = tmp_path / "flowers.csv"
    lines = ["height,colour,kind"]
    lines += [
        f"{number / 4},{'red' if number % 3 else 'blue'},{'rose' if number % 2 else 'lily'}" for number in range(40)
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def window(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """The studio's window, shown; its threads are waited for at the end."""
    made = MainWindow()
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    monkeypatch.setattr(made, "_may_close", lambda: True)  # a test that failed while training would be asked for ever
    made.close()
