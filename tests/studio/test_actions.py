"""Actions are declared once, with keys that do not clash within a scope."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QKeySequence

from studio.actions import ACTIONS, SCREENS, Scope, find


def test_ids_are_unique() -> None:
    ids = [action.id for action in ACTIONS]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("scope", list(Scope))
def test_keys_are_unique_on_each_screen(scope: Scope) -> None:
    keys = [
        QKeySequence(key).toString()
        for action in ACTIONS
        if action.scope in (Scope.GLOBAL, scope)
        for key in action.keys
    ]
    assert "" not in keys
    assert len(keys) == len(set(keys))


def test_every_screen_is_reached_by_its_number() -> None:
    assert [find(f"go.{screen_id}").keys for screen_id, _ in SCREENS] == [(f"Ctrl+{n}",) for n in range(1, 7)]


def test_an_unknown_action_is_refused() -> None:
    with pytest.raises(KeyError):
        find("nothing")
