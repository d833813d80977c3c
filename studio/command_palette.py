"""Ctrl+K: every command that makes sense now, found by typing a part of its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QDialog, QHeaderView, QLineEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget
from typing_extensions import override

from studio.theme import SPACE, colours


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
        self.list = QTreeWidget()
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.list.setAccessibleName("Commands")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.itemClicked.connect(self._take)
        for action_id, title, keys in entries:
            item = QTreeWidgetItem([title, keys])
            item.setData(0, Qt.ItemDataRole.UserRole, action_id)
            item.setForeground(1, QColor(colours().muted))
            self.list.addTopLevelItem(item)
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

    def _shown(self) -> list[QTreeWidgetItem]:
        items = [self.list.topLevelItem(line) for line in range(self.list.topLevelItemCount())]
        return [item for item in items if item is not None and not item.isHidden()]

    def _move(self, by: int) -> None:
        shown = self._shown()
        current = self.list.currentItem()
        if shown:
            now = shown.index(current) if current in shown else -by
            self.list.setCurrentItem(shown[(now + by) % len(shown)])

    def _filter(self, words: str) -> None:
        parts = words.casefold().split()
        for line in range(self.list.topLevelItemCount()):
            item = self.list.topLevelItem(line)
            if item is not None:
                title = item.text(0).casefold()
                item.setHidden(not all(part in title for part in parts))
        shown = self._shown()
        if shown:
            self.list.setCurrentItem(shown[0])

    def _take(self, item: QTreeWidgetItem | None) -> None:
        if item is not None and not item.isHidden():
            self.close()
            self._chosen(str(item.data(0, Qt.ItemDataRole.UserRole)))
