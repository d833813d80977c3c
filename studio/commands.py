"""Turns the declared actions into menus and keys of the window."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget

from studio.actions import ACTIONS, SCREENS, Action, Scope, Shell, find
from studio.keys.keymap import keymap

_DYNAMIC_TITLES = {"edit.undo": "undo_name", "edit.redo": "redo_name"}


class Commands(QObject):
    """Holds one ``QAction`` for each declared action. Keys of a screen's actions work on that screen alone.

    An action's keys stay alive while it makes no sense; triggering it then does nothing. Menus show what is possible at
    the moment they open.
    """

    def __init__(self, shell: Shell, window: QMainWindow) -> None:
        super().__init__(window)
        self._shell = shell
        self._window = window
        self._menus: dict[str, QMenu] = {}
        self._made: dict[str, QAction] = {}
        for action in ACTIONS:
            self._made[action.id] = self._make(action)
        keymap().changed.connect(self._take_keys)

    def _take_keys(self) -> None:
        for action in ACTIONS:
            self._made[action.id].setShortcuts([QKeySequence(keys) for keys in keymap().keys(action)])

    def trigger(self, action_id: str) -> None:
        """Carry an action out if it makes sense now."""
        action = find(action_id)
        if action.enabled_when(self._shell):
            action.calls(self._shell)

    def title(self, action: Action) -> str:
        """Return the action's title as it reads now (``Undo Label 'bolt'``)."""
        attribute = _DYNAMIC_TITLES.get(action.id)
        name = getattr(self._shell.session, attribute) if attribute else None
        return f"{action.title} {name}" if name else action.title

    def possible(self, screen_id: str) -> list[Action]:
        """Return what can be done now, with ``screen_id`` shown."""
        scopes = {Scope.GLOBAL.value, screen_id}
        return [a for a in ACTIONS if a.scope.value in scopes and self.is_possible(a)]

    def is_possible(self, action: Action) -> bool:
        """Tell whether an action makes sense now."""
        return action.enabled_when(self._shell)

    def attach(self, screen_id: str, screen: QWidget) -> None:
        """Give a screen its keys."""
        for action in ACTIONS:
            if action.scope.value == screen_id:
                screen.addAction(self._made[action.id])

    def show_menu_of(self, screen_id: str) -> None:
        """Show the menu of one screen and hide those of the others."""
        for other, title in SCREENS:
            menu = self._menus.get(title)
            if menu is not None:
                menu.menuAction().setVisible(other == screen_id)

    def _make(self, action: Action) -> QAction:
        made = QAction(action.title, self)
        made.setShortcuts([QKeySequence(keys) for keys in keymap().keys(action)])
        made.setMenuRole(QAction.MenuRole.QuitRole if action.id == "window.quit" else QAction.MenuRole.NoRole)
        made.triggered.connect(lambda _checked=False: self.trigger(action.id))
        if action.scope is Scope.GLOBAL:
            made.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            self._window.addAction(made)
        else:
            made.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        if action.menu:
            self._menu(action.menu).addAction(made)
        return made

    def _menu(self, path: str) -> QMenu:
        if path not in self._menus:
            parent, _, title = path.rpartition("/")
            holder = self._menu(parent) if parent else self._window.menuBar()
            menu = holder.addMenu(title)
            menu.aboutToShow.connect(lambda: self._refresh(menu))
            menu.aboutToHide.connect(lambda: self._enable_all(menu))
            self._menus[path] = menu
        return self._menus[path]

    def _refresh(self, menu: QMenu) -> None:
        for action in ACTIONS:
            made = self._made[action.id]
            if made in menu.actions():
                made.setText(self.title(action))
                made.setEnabled(action.enabled_when(self._shell))

    def _enable_all(self, menu: QMenu) -> None:
        for made in menu.actions():
            made.setEnabled(True)
