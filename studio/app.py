"""Opens the studio. The window is shown before anything heavier than Qt is imported."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QApplication

from studio.garbage import Sweeper, spare_what_stays
from studio.theme import theme
from studio.window import MainWindow

_SWITCH_S = 0.001  # the window asks for the interpreter often and for a moment: threads hand it over after this


def open_window(project: Path | None = None) -> tuple[QApplication, MainWindow]:
    """Make the application and show its window; ``project`` is opened right after the first paint."""
    sys.setswitchinterval(_SWITCH_S)
    QCoreApplication.setOrganizationName("Autodidact")
    QCoreApplication.setApplicationName("Autodidact Studio")
    existing = QApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    theme()
    window = MainWindow()
    window.setWindowIcon(window.logo())
    window.painted.connect(lambda: QTimer.singleShot(0, lambda: window.warm_up(project)))
    Sweeper(window)
    window.ready.connect(spare_what_stays)
    window.show()
    return application, window


def main(project: Path | None = None) -> int:
    """Run the studio until its window is closed and return the exit code."""
    application, window = open_window(project)
    signal.signal(signal.SIGINT, lambda *_: window.close())
    signal.signal(signal.SIGTERM, lambda *_: window.close())
    ticks = QTimer(application)
    ticks.timeout.connect(lambda: None)  # lets Python see a signal while Qt waits for events
    ticks.start(500)
    return application.exec()
