"""Opens the studio. The window is shown before anything heavier than Qt is imported."""

from __future__ import annotations

import signal
import sys
import traceback
from functools import partial
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QApplication

from studio.background import explain
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


def _tell(window: MainWindow, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Show what went wrong where nothing else did: Qt would write it where no one looks, and go on."""
    sys.__excepthook__(kind, error, trace)
    window.session.problem.emit(explain(error), "".join(traceback.format_exception(kind, error, trace)))


def main(project: Path | None = None) -> int:
    """Run the studio until its window is closed and return the exit code."""
    application, window = open_window(project)
    sys.excepthook = partial(_tell, window)
    signal.signal(signal.SIGINT, lambda *_: window.close())
    signal.signal(signal.SIGTERM, lambda *_: window.close())
    ticks = QTimer(application)
    ticks.timeout.connect(lambda: None)  # lets Python see a signal while Qt waits for events
    ticks.start(500)
    return application.exec()
