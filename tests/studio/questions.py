"""Answer a question that the window asks in an event loop of its own, which would wait for a person for ever."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox

_LOOK_MS = 10


@contextmanager
def answering(words: str) -> Iterator[None]:
    """Press the button with these words on what is asked within; fail where nothing was, or no such button is there.

    Whatever else is asked is sent away, so that a test fails rather than hangs.
    """
    pressed, others = list[str](), list[str]()

    def look() -> None:
        box = QApplication.activeModalWidget()
        if not isinstance(box, QMessageBox):
            return
        button = next((made for made in box.buttons() if made.text() == words), None)
        if button is None or pressed:
            others.append(box.text())
            box.reject()
        else:
            pressed.append(words)
            button.click()

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(_LOOK_MS)
    try:
        yield
    finally:
        timer.stop()
    assert (pressed, others) == ([words], []), f"asked to press {words!r}"
