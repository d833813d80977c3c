"""Pictures decoded in threads, the newest wish first."""

from __future__ import annotations

import threading

from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from studio.picture_loader import PictureLoader


def picture(_path: str, _content: str) -> QImage:
    return QImage(4, 4, QImage.Format.Format_RGB32)


def test_a_picture_comes_in_and_stays(qtbot: QtBot) -> None:
    loader = PictureLoader(picture)
    assert loader.get("a", "/a", "hash") is None
    qtbot.waitUntil(lambda: loader.get("a", "/a", "hash") is not None)
    loader.close()


def test_a_broken_picture_comes_in_as_nothing_to_show(qtbot: QtBot) -> None:
    loader = PictureLoader(lambda _path, _content: QImage())
    with qtbot.waitSignal(loader.loaded):
        loader.get("a", "/a", "hash")
    found = loader.get("a", "/a", "hash")
    assert found is not None
    assert found.isNull()
    loader.close()


def test_pictures_that_fail_in_ways_unforeseen_end_no_thread(qtbot: QtBot) -> None:
    def failing(path: str, content: str) -> QImage:
        if path == "odd":
            raise TypeError("bad operand")
        return picture(path, content)

    loader = PictureLoader(failing)
    for name in "abc":
        with qtbot.waitSignal(loader.loaded):
            loader.get(name, "odd", "hash")
        assert loader.get(name, "odd", "hash") is not None
    with qtbot.waitSignal(loader.loaded):
        loader.get("good", "good", "hash")
    loader.close()


def test_what_scrolled_away_long_ago_is_not_decoded(qtbot: QtBot) -> None:
    gate = threading.Event()
    decoded: list[str] = []

    def slow(path: str, content: str) -> QImage:
        gate.wait()
        decoded.append(path)
        return picture(path, content)

    loader = PictureLoader(slow)
    for number in range(1000):
        loader.get(str(number), str(number), "hash")
    gate.set()
    qtbot.waitUntil(lambda: loader.get("999", "999", "hash") is not None)
    qtbot.waitUntil(lambda: "998" in decoded and not loader._workers)
    loader.close()
    assert len(decoded) < 200
    assert "500" not in decoded


def test_pictures_of_the_project_before_are_forgotten(qtbot: QtBot) -> None:
    gate = threading.Event()

    decoded: list[str] = []

    def slow(path: str, content: str) -> QImage:
        gate.wait()
        decoded.append(path)
        return picture(path, content)

    loader = PictureLoader(slow)
    seen: list[str] = []
    loader.loaded.connect(seen.append)
    loader.get("a", "/a", "hash")
    loader.forget()
    gate.set()
    qtbot.waitUntil(lambda: decoded == ["/a"])
    with qtbot.waitSignal(loader.loaded):
        loader.get("b", "/b", "hash")
    assert seen == ["b"]
    loader.close()


def test_only_so_many_are_kept(qtbot: QtBot) -> None:
    loader = PictureLoader(picture, kept=2)
    for name in "abc":
        with qtbot.waitSignal(loader.loaded):
            loader.get(name, name, "hash")
    assert loader.get("c", "c", "hash") is not None
    assert loader.get("a", "a", "hash") is None
    loader.close()


def test_closing_leaves_no_thread(qtbot: QtBot) -> None:
    loader = PictureLoader(picture)
    for number in range(50):
        loader.get(str(number), str(number), "hash")
    loader.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("pictures")]


def test_a_sample_of_the_same_name_elsewhere_has_its_own_picture(qtbot: QtBot) -> None:
    def sized(path: str, _content: str) -> QImage:
        return QImage(len(path), 4, QImage.Format.Format_RGB32)

    loader = PictureLoader(sized)
    loader.get("cat/1.png", "/a", "hash")
    qtbot.waitUntil(lambda: loader.get("cat/1.png", "/a", "hash") is not None)
    assert loader.get("cat/1.png", "/other", "hash") is None
    qtbot.waitUntil(lambda: loader.get("cat/1.png", "/other", "hash") is not None)
    found = loader.get("cat/1.png", "/other", "hash")
    assert found is not None
    assert found.width() == len("/other")
    loader.close()
