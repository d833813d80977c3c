"""Boxes drawn with a real mouse on a real project: each is committed, named, undone and redone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from labeling.annotations.marks import Mark
from labeling.annotations.model import Box
from studio.label.boxing import Boxing
from studio.label.photo_stage import PhotoStage
from studio.label.screen import LabelScreen
from studio.window import MainWindow
from tests.studio.label.test_screen import open_at_label, project_of

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def screen(window: MainWindow, loose_photos: Path, tmp_path: Path, qtbot: QtBot) -> Iterator[LabelScreen]:
    """Photos of which the second has a box of each class."""
    photos = sorted(loose_photos.iterdir())
    (loose_photos / "classes.txt").write_text("bolt\nnut\n")
    photos[1].with_suffix(".txt").write_text("0 0.25 0.25 0.5 0.5\n1 0.75 0.75 0.25 0.25\n")
    made = open_at_label(window, project_of(loose_photos, tmp_path / "boxed"), qtbot)
    stage = made.bench.photo_stage
    qtbot.waitUntil(lambda: stage.picture is not None and not stage.picture.isNull())
    yield made


def boxing(screen: LabelScreen) -> Boxing:
    found = screen.marking
    assert isinstance(found, Boxing)
    return found


def marks(screen: LabelScreen) -> tuple[Mark, ...]:
    """Return the marks of the photo shown as the database has them."""
    project, sample_id = screen.session.project, screen.sample_id
    assert project is not None and sample_id is not None
    return project.marks([sample_id]).get(sample_id, ())


def drag(stage: PhotoStage, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(stage, LEFT, pos=start)
    QTest.mouseMove(stage, (start + end) / 2)
    QTest.mouseMove(stage, end)
    QTest.mouseRelease(stage, LEFT, pos=end)


def around(stage: PhotoStage) -> tuple[QPoint, QPoint]:
    """Return two corners of a rectangle in the middle of the photo."""
    middle = stage.rect().center()
    return middle - QPoint(40, 30), middle + QPoint(40, 30)


def test_a_box_is_drawn_named_by_a_key_and_undone(screen: LabelScreen, qtbot: QtBot) -> None:
    stage = screen.bench.photo_stage
    QTest.keyClick(screen, Qt.Key.Key_R)
    QTest.keyClick(screen, Qt.Key.Key_2)  # nuts are drawn from now on
    assert "Drag to draw a box of “nut”" in screen.next_step()
    drag(stage, *around(stage))
    (box,) = marks(screen)
    assert isinstance(box, Box)
    assert box.label == "nut"
    assert screen.listing.labels[screen.order.place] == ("nut",)
    frame = stage.boxes_on_screen()[0].toRect()
    start, end = around(stage)
    assert (frame.topLeft() - start).manhattanLength() <= 2 and (frame.bottomRight() - end).manhattanLength() <= 4
    QTest.keyClick(screen, Qt.Key.Key_1)  # the box that was just drawn is chosen
    assert [mark.label for mark in marks(screen)] == ["bolt"]
    assert screen.session.undo_name == "Make a box “bolt”"
    screen.session.undo()
    screen.session.undo()
    assert marks(screen) == ()
    qtbot.waitUntil(lambda: stage.boxes_on_screen() == [])


def test_a_box_is_moved_resized_and_deleted(screen: LabelScreen, qtbot: QtBot) -> None:
    stage = screen.bench.photo_stage
    QTest.keyClick(screen, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: len(stage.boxes_on_screen()) == 2)
    bolt = stage.boxes_on_screen()[0].toRect()
    drag(stage, bolt.center(), bolt.center() + QPoint(15, 10))
    assert screen.session.undo_name == "Move a box of “bolt”"
    corner = stage.boxes_on_screen()[0].toRect().bottomRight()
    drag(stage, corner, corner + QPoint(12, 12))
    assert screen.session.undo_name == "Resize a box of “bolt”"
    QTest.keyClick(screen, Qt.Key.Key_Delete)
    assert [mark.label for mark in marks(screen)] == ["nut"]
    assert screen.listing.labels[1] == ("nut",)


def test_the_boxes_of_the_previous_photo_are_copied(screen: LabelScreen, qtbot: QtBot) -> None:
    for _ in range(2):
        QTest.keyClick(screen, Qt.Key.Key_Right)
    QTest.keyClick(screen, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert [mark.label for mark in marks(screen)] == ["bolt", "nut"]
    QTest.keyClick(screen, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert len(marks(screen)) == 2


def test_escape_leaves_off_one_thing_after_the_other(screen: LabelScreen) -> None:
    stage = screen.bench.photo_stage
    QTest.keyClick(screen, Qt.Key.Key_R)
    start, end = around(stage)
    QTest.mousePress(stage, LEFT, pos=start)
    QTest.mouseMove(stage, end)
    QTest.keyClick(screen, Qt.Key.Key_Escape)
    QTest.mouseRelease(stage, LEFT, pos=end)
    assert marks(screen) == ()
    assert boxing(screen).drawing
    QTest.keyClick(screen, Qt.Key.Key_Escape)
    assert not boxing(screen).drawing


def test_suggestions_that_arrive_leave_a_drag_alone(screen: LabelScreen) -> None:
    stage = screen.bench.photo_stage
    start, end = around(stage)
    QTest.keyClick(screen, Qt.Key.Key_R)
    QTest.mousePress(stage, LEFT, pos=start)
    QTest.mouseMove(stage, (start + end) / 2)
    screen.session.view.suggested.emit()
    QTest.mouseMove(stage, end)
    QTest.mouseRelease(stage, LEFT, pos=end)
    assert len(marks(screen)) == 1


def test_a_drag_ends_where_another_photo_is_shown(screen: LabelScreen) -> None:
    stage = screen.bench.photo_stage
    start, end = around(stage)
    for _ in range(2):
        QTest.keyClick(screen, Qt.Key.Key_Right)
    assert marks(screen) == ()
    QTest.keyClick(screen, Qt.Key.Key_R)
    QTest.mousePress(stage, LEFT, pos=start)
    QTest.mouseMove(stage, end)
    screen._go(screen.order.step(1))
    QTest.mouseMove(stage, end)
    QTest.mouseRelease(stage, LEFT, pos=end)
    assert marks(screen) == ()


def test_the_wheel_enlarges_around_the_pointer(screen: LabelScreen) -> None:
    stage = screen.bench.photo_stage
    at = stage.rect().center() + QPoint(20, 10)
    QTest.keyClick(screen, Qt.Key.Key_R)
    drag(stage, at, at + QPoint(60, 60))
    for _ in range(4):
        turn(stage, at, 240)
    drag(stage, at, at + QPoint(60, 60))
    plain, fine = (mark for mark in marks(screen) if isinstance(mark, Box))
    assert [fine.x, fine.y] == pytest.approx([plain.x, plain.y], abs=0.01)  # the same point of the photo
    assert plain.width / fine.width == pytest.approx(1.0015 ** (4 * 240), rel=0.02)
    for _ in range(9):
        turn(stage, at, -240)
    assert stage.boxes_on_screen()[0].topLeft().toPoint() == at  # as large as it fits again


def turn(stage: PhotoStage, at: QPoint, by: int) -> None:
    """Turn the wheel with the pointer at a place."""
    places, none = (QPointF(at), QPointF(stage.mapToGlobal(at)), QPoint(), QPoint(0, by)), Qt.MouseButton.NoButton
    event = QWheelEvent(*places, none, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(stage, event)


def test_photos_of_one_class_each_have_no_boxes(window: MainWindow, photos: Path, tmp_path: Path, qtbot: QtBot) -> None:
    screen = open_at_label(window, project_of(photos, tmp_path / "plain"), qtbot)
    assert not screen.can("draw")
    QTest.keyClick(screen, Qt.Key.Key_R)
    assert not boxing(screen).drawing


CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def test_a_box_is_drawn_moved_and_resized_by_keys_alone(screen: LabelScreen) -> None:
    QTest.keyClick(screen, Qt.Key.Key_R, SHIFT)
    (box,) = marks(screen)
    assert isinstance(box, Box)
    QTest.keyClick(screen, Qt.Key.Key_2)
    QTest.keyClick(screen, Qt.Key.Key_Left, CTRL)
    QTest.keyClick(screen, Qt.Key.Key_Down)
    QTest.keyClick(screen, Qt.Key.Key_Right, ALT)
    QTest.keyClick(screen, Qt.Key.Key_Up, ALT | SHIFT)
    assert marks(screen) == (Box("nut", box.x - 10, box.y, box.width + 1, box.height + 1),)
    assert screen.order.place == 0
    QTest.keyClick(screen, Qt.Key.Key_Escape)
    QTest.keyClick(screen, Qt.Key.Key_Right)
    assert screen.order.place == 1


def test_a_key_held_down_is_one_change(screen: LabelScreen) -> None:
    QTest.keyClick(screen, Qt.Key.Key_R, SHIFT)
    before = marks(screen)
    for _ in range(8):
        QTest.keyClick(screen, Qt.Key.Key_Right)
    assert screen.session.undo_name == "Move a box of “bolt”"
    screen.session.undo()
    assert marks(screen) == before


def test_boxes_are_walked_both_ways(screen: LabelScreen) -> None:
    QTest.keyClick(screen, Qt.Key.Key_Right)
    editor = screen.bench.photo_stage.editor
    chosen = []
    for held in (Qt.KeyboardModifier.NoModifier,) * 3 + (SHIFT,):
        QTest.keyClick(screen, Qt.Key.Key_E, held)
        chosen.append(editor.chosen)
    assert chosen == [0, 1, 0, 1]


def test_keys_enlarge_around_the_chosen_box_and_show_all_again(screen: LabelScreen, qtbot: QtBot) -> None:
    stage = screen.bench.photo_stage
    QTest.keyClick(screen, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: len(stage.boxes_on_screen()) == 2)
    QTest.keyClick(screen, Qt.Key.Key_E)
    before = stage.boxes_on_screen()[0]
    for _ in range(3):
        QTest.keyClick(screen, Qt.Key.Key_Equal, CTRL)
    after = stage.boxes_on_screen()[0]
    assert after.width() > 2 * before.width()
    assert (after.center() - before.center()).manhattanLength() < 2
    QTest.keyClick(screen, Qt.Key.Key_0, CTRL)
    assert stage.boxes_on_screen()[0] == before
    QTest.keyClick(screen, Qt.Key.Key_Space)
    assert stage.zoom.enlarged
    QTest.keyClick(screen, Qt.Key.Key_Space)
    assert not stage.zoom.enlarged
