"""Garbage is searched for in the window's thread, however much the threads behind it make."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot
from typing_extensions import override

from studio.garbage import Sweeper


class Circle:
    """Refers to itself, so that only a search can find it, and notes which thread it was destroyed in."""

    destroyed_in: list[str] = []  # noqa: RUF012

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        self.destroyed_in.append(threading.current_thread().name)


@pytest.fixture
def owner(qtbot: QtBot) -> Iterator[QObject]:
    gc.collect()
    Circle.destroyed_in.clear()
    yield (owner := QObject())
    with qtbot.waitSignal(owner.destroyed):
        owner.deleteLater()
    assert gc.isenabled()


class Maker(threading.Thread):
    """Makes a hundred circles and lets go of them, among much that it keeps."""

    def __init__(self) -> None:
        super().__init__(name="behind")
        self.kept: list[list[list[int]]] = []

    @override
    def run(self) -> None:
        for _ in range(100):
            Circle()
            self.kept.append([[] for _ in range(1000)])


def test_circles_made_by_a_thread_are_destroyed_in_that_of_the_window(owner: QObject, qtbot: QtBot) -> None:
    Sweeper(owner)
    thread = Maker()
    thread.start()
    thread.join()

    assert not Circle.destroyed_in
    qtbot.waitUntil(lambda: len(Circle.destroyed_in) == 100)
    assert set(Circle.destroyed_in) == {threading.main_thread().name}


def test_python_alone_would_destroy_them_in_the_thread(owner: QObject) -> None:
    thread = Maker()
    thread.start()
    thread.join()

    assert "behind" in Circle.destroyed_in


def test_little_is_not_searched(owner: QObject) -> None:
    sweeper = Sweeper(owner)
    gc.collect()

    assert sweeper.sweep() == 0
