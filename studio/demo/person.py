"""A made-up person at the window: drops files, presses keys, clicks, waits and looks, all by Qt's own events."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QKeySequence, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMainWindow, QWidget

_BLINK_MS = 20
_GLANCE_MS = 600  # thumbnails and plots come a moment after what asked for them
_COPY = Qt.DropAction.CopyAction


class GaveUp(Exception):
    """What the person waited for did not come."""


class Person:
    """Works at a window and keeps a screenshot of what they saw in ``album``."""

    def __init__(self, window: QMainWindow, album: Path) -> None:
        self.window = window
        self.album = album
        self.pictures: list[Path] = []

    def wait(self, until: Callable[[], bool], seconds: float, what: str) -> float:
        """Wait and return how long it took.

        Raises:
            GaveUp: it did not come within ``seconds``.
        """
        begin = time.monotonic()
        while not until():
            if time.monotonic() - begin > seconds:
                raise GaveUp(f"Waited {seconds:.0f} s in vain for {what}.")
            QTest.qWait(_BLINK_MS)
        return time.monotonic() - begin

    def drop(self, paths: Sequence[Path]) -> None:
        """Drag files over the middle of the window and let go."""
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        middle = QPointF(self.window.rect().center())
        left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(middle.toPoint(), _COPY, mime, left, none)
        QApplication.sendEvent(self.window, enter)
        if not enter.isAccepted():
            raise GaveUp("The window does not take these files.")
        QApplication.sendEvent(self.window, QDropEvent(middle, _COPY, mime, left, none))

    def press(self, keys: str) -> None:
        """Press keys, written as ``Ctrl+Z`` or ``Right``, wherever the cursor is."""
        QTest.keySequence(self._front(), QKeySequence(keys))
        QTest.qWait(_BLINK_MS)

    def type(self, words: str) -> None:
        """Type words wherever the cursor is."""
        field = QApplication.focusWidget()
        if field is None:
            raise GaveUp("There is no place to type in.")
        QTest.keyClicks(field, words)

    def _front(self) -> QWindow:
        """Return the window that has the keyboard, where the system would send keys."""
        front = QGuiApplication.focusWindow() or self.window.windowHandle()
        if front is None:
            raise GaveUp("The window is not on the screen, so it takes no keys.")
        return front

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        """Click a widget once it is shown and can be clicked."""
        name = widget.accessibleName() or widget.objectName() or type(widget).__name__
        self.wait(lambda: widget.isVisible() and widget.isEnabled(), 30, f"{name} to be clickable")
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=at or widget.rect().center())
        QTest.qWait(_BLINK_MS)

    def choose_folder(self, folder: Path) -> None:
        """Answer the dialog that asks for a folder."""
        self.wait(lambda: isinstance(QApplication.activeWindow(), QFileDialog), 30, "the dialog for a folder")
        dialog = cast("QFileDialog", QApplication.activeWindow())
        field = dialog.findChild(QLineEdit)
        if field is None:
            raise GaveUp("The dialog has no place to type in.")
        field.setFocus()
        field.selectAll()
        self.type(str(folder))
        self.press("Return")

    def look(self, name: str) -> Path:
        """Keep a screenshot."""
        QTest.qWait(_GLANCE_MS)
        path = self.album / f"{len(self.pictures) + 1:02}-{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        self.window.grab().save(str(path))
        self.pictures.append(path)
        return path


class Stalls(QObject):
    """Measures how long the window did not answer: the longest gap between two ticks, beyond their interval."""

    interval_ms = 10

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.longest_ms = 0.0
        self._last = time.perf_counter()
        timer = QTimer(self, interval=self.interval_ms, timerType=Qt.TimerType.PreciseTimer)
        timer.timeout.connect(self._tick)
        timer.start()

    def restart(self) -> None:
        """Forget what was measured so far."""
        self.longest_ms = 0.0
        self._last = time.perf_counter()

    def _tick(self) -> None:
        now = time.perf_counter()
        self.longest_ms = max(self.longest_ms, 1000 * (now - self._last) - self.interval_ms)
        self._last = now


def settle(window: QMainWindow) -> None:
    """Wait until the window is shown and has the keyboard."""
    QTest.qWaitForWindowExposed(window, 5000)
    window.activateWindow()
    QTest.qWaitForWindowActive(window, 5000)
    QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
