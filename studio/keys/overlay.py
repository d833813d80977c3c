"""The overlay of ``?``: the keys that work on the screen shown, here and now, each of which can be changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from studio.actions import ACTIONS, SCREENS, Action, Scope
from studio.keys.changing import ask_action_key, ask_class_key
from studio.keys.keymap import keymap
from studio.keys.names import shown
from studio.session import Session
from studio.theme import SPACE
from studio.widgets.basics import button, row, text


def shown_keys(action: Action) -> str:
    """Return an action's keys as the person's system writes them."""
    if action.shown_keys:
        return action.shown_keys
    return "  or  ".join(shown(key) for key in keymap().keys(action))


class KeyOverlay(QDialog):
    """Lists what the keys of one screen do now, then those that work everywhere, then what makes no sense now.

    Pressing the button of a key changes it. Esc closes the overlay.
    """

    def __init__(self, screen_id: str, possible: Callable[[Action], bool], session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._screen_id, self._possible, self._session = screen_id, possible, session
        self._title = dict(SCREENS)[screen_id]
        self.setWindowTitle(f"Keys: {self._title}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setAccessibleName(f"Keys of {self._title}")
        self._usual = button("All usual keys", keymap().reset_all)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, 2 * SPACE)
        column.setSpacing(2 * SPACE)
        column.addWidget(text("Press the button of a key to change it.", "muted"))
        column.addWidget(self._area, 1)
        column.addWidget(row(self._usual, None, button("Close", self.close)))
        self.resize(600, 640)
        self._fill()
        keymap().changed.connect(self._fill)
        session.changes.changed.connect(self._fill)

    def _fill(self) -> None:
        body = QWidget()
        grid = QGridLayout(body)
        grid.setContentsMargins(0, 0, SPACE, 0)
        grid.setHorizontalSpacing(4 * SPACE)
        grid.setVerticalSpacing(SPACE // 2)
        grid.setColumnStretch(0, 1)
        shown_here = [a for a in ACTIONS if a.scope in (Scope(self._screen_id), Scope.GLOBAL)]
        now = [action for action in shown_here if self._possible(action)]
        here = [action for action in now if action.scope is not Scope.GLOBAL]
        self._section(grid, f"On {self._title}, now", here)
        if self._screen_id == "label" and self._session.library.classes:
            self._classes(grid)
        self._section(grid, "Everywhere", [action for action in now if action.scope is Scope.GLOBAL])
        self._section(grid, "Not now", [action for action in shown_here if action not in now], "muted")
        grid.setRowStretch(grid.rowCount(), 1)
        self._area.setWidget(body)
        self._usual.setEnabled(any(keymap().is_changed(action) for action in ACTIONS))

    def _section(self, grid: QGridLayout, heading: str, actions: list[Action], role: str = "") -> None:
        if actions:
            grid.addWidget(text(heading, "heading"), grid.rowCount(), 0, 1, 2)
        for action in actions:
            keys = shown_keys(action)
            if action.shown_keys:
                self._line(grid, action.title, QLabel(keys), role)
                continue
            made = button(keys or "Set a key…", partial(self._change, action), "" if keys else "quiet")
            made.setAccessibleName(f"Key of {action.title}: {keys or 'none'}")
            self._line(grid, action.title, made, role)

    def _classes(self, grid: QGridLayout) -> None:
        grid.addWidget(text("Classes", "heading"), grid.rowCount(), 0, 1, 2)
        for info in self._session.library.classes:
            keys = shown(info.key) if info.key else ""
            made = button(keys or "Set a key…", partial(self._change_class, info.name), "" if keys else "quiet")
            made.setAccessibleName(f"Key of the class {info.name}: {keys or 'none'}")
            self._line(grid, f"Label “{info.name}”", made)

    def _line(self, grid: QGridLayout, title: str, keys: QWidget, role: str = "") -> None:
        line = grid.rowCount()
        grid.addWidget(text(title, role), line, 0)
        if isinstance(keys, QLabel):
            keys.setProperty("role", "muted")
        grid.addWidget(keys, line, 1, Qt.AlignmentFlag.AlignRight)

    def _change(self, action: Action) -> None:
        ask_action_key(action, self._session.library, self)

    def _change_class(self, name: str) -> None:
        ask_class_key(name, self._session.library, self._session.changes, self)
