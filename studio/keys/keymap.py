"""The keys of each action: the usual ones, or those that the person chose, which hold for every project."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication

from studio.actions import ACTIONS, Action, Scope, find
from studio.keys.names import shown

_JOINED_BY = " | "


class Keymap(QObject):
    """Emits ``changed`` after keys were changed."""

    changed = Signal()

    def keys(self, action: Action) -> tuple[str, ...]:
        """Return the keys of an action now."""
        stored = QSettings().value(_place(action))
        if stored is None:
            return action.keys
        return tuple(key for key in str(stored).split(_JOINED_BY) if key)

    def is_changed(self, action: Action) -> bool:
        """Tell whether the person chose the keys of an action."""
        return QSettings().value(_place(action)) is not None

    def choose(self, action: Action, keys: Sequence[str]) -> None:
        """Give an action these keys alone; actions that had one of them where it works lose it."""
        settings = QSettings()
        for other in ACTIONS:
            lost = [key for key in self.keys(other) if key in keys]
            if other is not action and lost and _meet(action, other):
                settings.setValue(_place(other), _JOINED_BY.join(key for key in self.keys(other) if key not in lost))
        settings.setValue(_place(action), _JOINED_BY.join(keys))
        self.changed.emit()

    def reset(self, action: Action) -> None:
        """Give an action its usual keys again; who has one of them now loses it."""
        self.choose(action, action.keys)
        QSettings().remove(_place(action))
        self.changed.emit()

    def reset_all(self) -> None:
        """Give every action its usual keys again."""
        for action in ACTIONS:
            QSettings().remove(_place(action))
        self.changed.emit()

    def owner(self, key: str, scope: Scope, apart_from: Action | None = None) -> Action | None:
        """Return the action that a key does already where ``scope`` is shown."""
        wanted = QKeySequence(key)
        for action in ACTIONS:
            here = Scope.GLOBAL in (action.scope, scope) or action.scope is scope
            if here and action is not apart_from and any(QKeySequence(own) == wanted for own in self.keys(action)):
                return action
        return None


def keymap() -> Keymap:
    """Return the application's keymap, made on first use."""
    application = QApplication.instance()
    if application is None:
        raise RuntimeError("The keymap needs a QApplication.")
    existing = application.findChild(Keymap)
    return existing if isinstance(existing, Keymap) else Keymap(application)


def key_of_action(action_id: str) -> str:
    """Return the first key of an action as the person's system writes it; its title where it has none."""
    action = find(action_id)
    keys = keymap().keys(action)
    return shown(keys[0]) if keys else f"“{action.title}”"


def with_key(words: str, action_id: str) -> str:
    """Return words for a tip with the keys that do it now; the words alone where none do."""
    keys = keymap().keys(find(action_id))
    return f"{words} ({shown(keys[0])})" if keys else words


def _place(action: Action) -> str:
    return f"keys/{action.id}"


def _meet(first: Action, second: Action) -> bool:
    return first.scope is second.scope or Scope.GLOBAL in (first.scope, second.scope)
