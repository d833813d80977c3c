"""Ctrl+K: every command that makes sense now, found by typing a part of its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget
from typing_extensions import override

from studio.theme import SPACE


class CommandPalette(QDialog):
    """A search field over a list. ``entries`` are (id, title, keys); ``chosen`` is called with the id."""

    def __init__(
        self, entries: Sequence[tuple[str, str, str]], chosen: Callable[[str], object], parent: QWidget
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Commands")
        self._chosen = chosen
        self.search = QLineEdit()
        self.search.setPlaceholderText("Find a command…")
        self.search.setAccessibleName("Find a command")
        self.search.textChanged.connect(self._filter)
        self.search.installEventFilter(self)
        self.list = QListWidget()
        self.list.setAccessibleName("Commands")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.itemClicked.connect(self._take)
        for action_id, title, keys in entries:
            item = QListWidgetItem(f"{title}\t{keys}" if keys else title)
            item.setData(Qt.ItemDataRole.UserRole, action_id)
            self.list.addItem(item)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        column.setSpacing(SPACE)
        column.addWidget(self.search)
        column.addWidget(self.list)
        self.resize(480, 380)
        self._filter("")
        self.search.setFocus()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                self._move(1 if event.key() == Qt.Key.Key_Down else -1)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._take(self.list.currentItem())
                return True
        return super().eventFilter(watched, event)

    def _shown(self) -> list[int]:
        return [line for line in range(self.list.count()) if not self.list.item(line).isHidden()]

    def _move(self, by: int) -> None:
        shown = self._shown()
        if shown:
            now = shown.index(self.list.currentRow()) if self.list.currentRow() in shown else -by
            self.list.setCurrentRow(shown[(now + by) % len(shown)])

    def _filter(self, words: str) -> None:
        parts = words.casefold().split()
        for line in range(self.list.count()):
            title = self.list.item(line).text().casefold()
            self.list.item(line).setHidden(not all(part in title for part in parts))
        shown = self._shown()
        self.list.setCurrentRow(shown[0] if shown else -1)

    def _take(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.close()
            self._chosen(str(item.data(Qt.ItemDataRole.UserRole)))
