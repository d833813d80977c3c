"""The overlay of ``?``: every key that works on the screen shown now."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from studio.actions import ACTIONS, SCREENS, Action, Scope
from studio.theme import SPACE
from studio.widgets.basics import button, row, text


def shown_keys(action: Action) -> str:
    """Return an action's keys as the person's system writes them."""
    if action.shown_keys:
        return action.shown_keys
    names = [QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText) for keys in action.keys]
    return "  or  ".join(names)


class KeyOverlay(QDialog):
    """Lists the keys of one screen, then those that work everywhere. Esc closes it."""

    def __init__(self, screen_id: str, parent: QWidget) -> None:
        super().__init__(parent)
        title = dict(SCREENS)[screen_id]
        self.setWindowTitle(f"Keys: {title}")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, 2 * SPACE)
        column.setSpacing(2 * SPACE)
        body = QWidget()
        grid = QGridLayout(body)
        grid.setHorizontalSpacing(4 * SPACE)
        grid.setVerticalSpacing(SPACE)
        grid.setColumnStretch(0, 1)
        self._fill(grid, screen_id, title)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(body)
        area.setAccessibleName(f"Keys of {title}")
        column.addWidget(area, 1)
        column.addWidget(row(None, button("Close", self.close)))
        self.resize(520, 560)

    def _fill(self, grid: QGridLayout, screen_id: str, title: str) -> None:
        for scope, heading in ((Scope(screen_id), f"On {title}"), (Scope.GLOBAL, "Everywhere")):
            chosen = [a for a in ACTIONS if a.scope is scope and (a.keys or a.shown_keys)]
            if not chosen:
                continue
            grid.addWidget(text(heading, "heading"), grid.rowCount(), 0, 1, 2)
            for action in chosen:
                line = grid.rowCount()
                grid.addWidget(text(action.title), line, 0)
                keys = QLabel(shown_keys(action))
                keys.setProperty("role", "muted")
                grid.addWidget(keys, line, 1, Qt.AlignmentFlag.AlignRight)
        grid.setRowStretch(grid.rowCount(), 1)
