"""Press to set: a small window that takes the next key pressed, and says so when that key does something already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QFrame, QLabel, QVBoxLayout, QWidget
from typing_extensions import override

from studio.keys.names import shown
from studio.theme import SPACE
from studio.widgets.basics import button, row, text


@dataclass(frozen=True)
class Verdict:
    """What speaks against a key: a sentence, empty for nothing; ``again`` takes it when it is pressed once more."""

    words: str = ""
    again: bool = False


class _Prompt(QFrame):
    """The place that listens while it has the focus."""

    pressed = Signal(QKeyEvent)
    left = Signal()

    def __init__(self, now: str) -> None:
        super().__init__()
        self.setProperty("card", "true")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Press the new key")
        self._said = QLabel(now)
        self._said.setProperty("role", "title")
        self._said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.addWidget(self._said)
        self.setMinimumHeight(72)

    def show_key(self, key: str) -> None:
        """Show the key that was pressed."""
        self._said.setText(key)

    @override
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            if event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
                return super().event(event)
            event.accept()
            if event.type() is QEvent.Type.KeyPress:
                self._take(event)
            return True
        return super().event(event)

    def _take(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif not event.isAutoRepeat():
            self.pressed.emit(event)


class KeyCapture(QDialog):
    """Asks for a key. Emits ``chosen`` with it once nothing speaks against it, or it was pressed again. Esc leaves.

    ``read`` gives a key press its name, empty where it can be none; ``judge`` says what speaks against a key.
    """

    chosen = Signal(str)

    def __init__(
        self, title: str, now: str, read: Callable[[QKeyEvent], str], judge: Callable[[str], Verdict], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(True)
        self._read, self._judge = read, judge
        self._asked = ""
        self.prompt = _Prompt(shown(now) if now else "no key yet")
        self.prompt.pressed.connect(self._pressed)
        self.prompt.left.connect(self.reject)
        self.note = text("Press the key that shall do this. Esc leaves it as it is.", "muted")
        self._buttons = QVBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, 2 * SPACE)
        column.setSpacing(2 * SPACE)
        column.addWidget(text(title, "heading"))
        column.addWidget(self.prompt)
        column.addWidget(self.note)
        column.addLayout(self._buttons)
        self.setMinimumWidth(400)
        self.prompt.setFocus()

    def offer(self, *choices: tuple[str, Callable[[], object]]) -> None:
        """Add buttons; each ends the window and then does something."""
        made = [button(title, self._ending(calls)) for title, calls in choices]
        self._buttons.addWidget(row(None, *made, button("Cancel", self.reject)))

    def _ending(self, calls: Callable[[], object]) -> Callable[[], None]:
        def end() -> None:
            self.accept()
            calls()

        return end

    def _pressed(self, event: QKeyEvent) -> None:
        key = self._read(event)
        if not key:
            return
        self.prompt.show_key(shown(key))
        verdict = self._judge(key)
        if not verdict.words or (verdict.again and key == self._asked):
            self.accept()
            self.chosen.emit(key)
            return
        self._asked = key
        self.note.setText(verdict.words)
        self.note.setProperty("role", "")
        self.note.style().polish(self.note)
