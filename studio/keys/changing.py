"""Which keys an action or a class may get, and what is said where a key is taken."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from studio.actions import Action, Scope
from studio.changes import Changes
from studio.keys.capture import KeyCapture, Verdict
from studio.keys.keymap import keymap
from studio.keys.names import DIGIT_ROW, class_key_of, key_of, shown
from studio.library import Library


def judge_action_key(action: Action, key: str, library: Library) -> Verdict:
    """Return what speaks against a key for an action."""
    if action.scope in (Scope.GLOBAL, Scope.LABEL):
        if key in DIGIT_ROW:
            return Verdict(f"{shown(key)} labels a class on the Label screen. Press another key.")
        owner = library.class_of_key(key)
        if owner is not None:
            return Verdict(f"{shown(key)} labels “{owner}” in this project. Give that class another key first.")
    other = keymap().owner(key, action.scope, apart_from=action)
    if other is None:
        return Verdict()
    return Verdict(
        f"{shown(key)} already does “{other.title}”. Press it again to take it away from there, or press another key.",
        again=True,
    )


def judge_class_key(name: str, key: str, library: Library) -> Verdict:
    """Return what speaks against a key for a class."""
    action = keymap().owner(key, Scope.LABEL)
    if action is not None:
        return Verdict(f"{shown(key)} already does “{action.title}” here. Press another key.")
    owner = library.class_of_key(key)
    if owner is None or owner == name:
        return Verdict()
    return Verdict(
        f"{shown(key)} labels “{owner}”. Press it again to swap the keys of the two, or press another.", again=True
    )


def ask_action_key(action: Action, library: Library, parent: QWidget) -> KeyCapture:
    """Let the person press another key for an action."""
    keys = keymap()
    now = keys.keys(action)
    capture = KeyCapture(
        f"Key for “{action.title}”",
        now[0] if now else "",
        key_of,
        lambda key: judge_action_key(action, key, library),
        parent,
    )
    usual = "  or  ".join(shown(key) for key in action.keys) or "none"
    capture.offer(
        (f"Usual key: {usual}", lambda: keys.reset(action)),
        ("No key", lambda: keys.choose(action, ())),
    )
    capture.chosen.connect(lambda key: keys.choose(action, (key,)))
    capture.open()
    return capture


def ask_class_key(name: str, library: Library, changes: Changes, parent: QWidget) -> KeyCapture:
    """Let the person press a key for a class."""
    now = next((info.key for info in library.classes if info.name == name), "")
    capture = KeyCapture(
        f"Key for “{name}”", now, class_key_of, lambda key: judge_class_key(name, key, library), parent
    )
    capture.offer()
    capture.chosen.connect(lambda key: changes.key_class(name, key))
    capture.open()
    return capture
