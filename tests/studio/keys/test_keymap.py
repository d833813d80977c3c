"""Keys that a person chose are kept, and who loses one is settled."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.actions import Scope, find
from studio.keys.keymap import Keymap, key_of_action

SKIP, NEXT, UNDO = find("label.skip"), find("label.next"), find("edit.undo")


@pytest.fixture
def keys(qapp: QApplication) -> Keymap:
    return Keymap()


def test_actions_have_their_usual_keys_at_first(keys: Keymap) -> None:
    assert keys.keys(NEXT) == ("Right", "D")
    assert not keys.is_changed(NEXT)


def test_a_key_chosen_is_kept_for_the_next_start(keys: Keymap, qtbot: QtBot) -> None:
    with qtbot.waitSignal(keys.changed):
        keys.choose(SKIP, ("S",))
    assert Keymap().keys(SKIP) == ("S",)
    assert keys.is_changed(SKIP)
    keys.reset(SKIP)
    assert Keymap().keys(SKIP) == ("X",)
    assert not keys.is_changed(SKIP)


def test_a_key_is_named_as_it_is_now(keys: Keymap) -> None:
    assert key_of_action("label.skip") == "X"
    keys.choose(SKIP, ("Ctrl+S", "S"))
    assert key_of_action("label.skip") == "Ctrl+S"
    keys.choose(SKIP, ())
    assert key_of_action("label.skip") == "“Skip”"


def test_an_action_may_have_no_key(keys: Keymap) -> None:
    keys.choose(SKIP, ())
    assert Keymap().keys(SKIP) == ()


def test_a_key_taken_is_lost_where_both_work(keys: Keymap) -> None:
    keys.choose(SKIP, ("D",))
    assert keys.keys(NEXT) == ("Right",)
    keys.choose(SKIP, ("Ctrl+Z",))
    assert keys.keys(UNDO) == ()
    keys.reset(UNDO)
    assert keys.keys(UNDO) == ("Ctrl+Z",)
    assert keys.keys(SKIP) == ()
    keys.reset_all()
    assert keys.keys(NEXT) == ("Right", "D")


def test_the_same_key_may_do_another_thing_on_another_screen(keys: Keymap) -> None:
    keys.choose(SKIP, ("Ctrl+E",))
    assert keys.keys(find("share.export")) == ("Ctrl+E",)


def test_the_owner_of_a_key_is_known_by_where_it_works(keys: Keymap) -> None:
    assert keys.owner("X", Scope.LABEL) is SKIP
    assert keys.owner("X", Scope.DATA) is None
    assert keys.owner("Ctrl+Z", Scope.LABEL) is UNDO
    assert keys.owner("X", Scope.GLOBAL) is SKIP
    assert keys.owner("X", Scope.LABEL, apart_from=SKIP) is None
