"""Regions of time made by real keys and a real mouse on a real project: each is committed, named, undone and redone."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from engine.task import Kind
from labeling.annotations.marks import Mark
from labeling.annotations.model import Region
from studio.finding.wanted import Wanted
from studio.label.screen import LabelScreen
from studio.label.sound_stage import SoundStage
from studio.window import MainWindow
from tests.studio.label.test_screen import open_at_label, project_of

LEFT = Qt.MouseButton.LeftButton
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
RATE = 8000


@pytest.fixture
def sounds(tmp_path: Path) -> Path:
    """Three sounds of ten seconds, two and ten, with a tone in their middle."""
    folder = tmp_path / "sounds"
    folder.mkdir()
    for number, seconds in enumerate((10, 2, 10)):
        moments = np.arange(seconds * RATE) / RATE
        tone = np.sin(2 * np.pi * 700 * moments) * (abs(moments - seconds / 2) < seconds / 6)
        soundfile.write(folder / f"{number}.wav", 0.5 * tone, RATE)
    return folder


@pytest.fixture
def screen(window: MainWindow, sounds: Path, tmp_path: Path, qtbot: QtBot) -> Iterator[LabelScreen]:
    made = open_at_label(window, project_of(sounds, tmp_path / "project", kind=Kind.MULTILABEL), qtbot)
    for name in ("dog", "rain"):
        QTest.keyClicks(made.bench.panel.field, name)
        QTest.keyClick(made.bench.panel.field, Qt.Key.Key_Return)
    made.setFocus()
    qtbot.waitUntil(lambda: stage_of(made).seconds == 10.0)
    yield made


def stage_of(screen: LabelScreen) -> SoundStage:
    return screen.bench.sound_stage


def marks(screen: LabelScreen) -> tuple[Mark, ...]:
    """Return the marks of the sound shown as the database has them."""
    project, sample_id = screen.session.project, screen.sample_id
    assert project is not None and sample_id is not None
    return project.marks([sample_id]).get(sample_id, ())


def drag(stage: SoundStage, start: float, end: float, y: float | None = None) -> None:
    """Drag over the waveform, or at another height, from one moment to another."""
    canvas = stage.canvas
    height = round(canvas.wave().center().y() if y is None else y)
    places = [QPoint(round(canvas.view.x(moment)), height) for moment in (start, (start + end) / 2, end)]
    QTest.mousePress(canvas, LEFT, pos=places[0])
    for place in places[1:]:
        QTest.mouseMove(canvas, place)
    QTest.mouseRelease(canvas, LEFT, pos=places[-1])


def test_what_is_dragged_over_is_marked_by_the_key_of_a_class(screen: LabelScreen) -> None:
    stage = stage_of(screen)
    drag(stage, 2.0, 4.0)
    assert marks(screen) == ()
    assert "key of a class" in screen.next_step()
    QTest.keyClick(screen, Qt.Key.Key_2)
    (region,) = marks(screen)
    assert isinstance(region, Region)
    assert region.label == "rain"
    assert (region.start, region.end) == pytest.approx((2, 4), abs=0.05)
    assert screen.listing.labels[0] == ("rain",)
    assert screen.session.undo_name == "Mark a region of “rain”"
    QTest.keyClick(screen, Qt.Key.Key_1)
    assert [mark.label for mark in marks(screen)] == ["dog"]
    screen.session.undo()
    screen.session.undo()
    assert marks(screen) == ()


def test_suggestions_that_arrive_leave_a_drag_alone(screen: LabelScreen) -> None:
    stage = stage_of(screen)
    height = round(stage.canvas.wave().center().y())
    places = [QPoint(round(stage.canvas.view.x(moment)), height) for moment in (2.0, 3.0, 4.0)]
    QTest.mousePress(stage.canvas, LEFT, pos=places[0])
    QTest.mouseMove(stage.canvas, places[1])
    screen.session.view.suggested.emit()
    QTest.mouseMove(stage.canvas, places[2])
    QTest.mouseRelease(stage.canvas, LEFT, pos=places[2])
    QTest.keyClick(screen, Qt.Key.Key_1)
    (region,) = marks(screen)
    assert isinstance(region, Region)
    assert (region.start, region.end) == pytest.approx((2, 4), abs=0.05)


def test_a_region_is_made_and_moved_by_keys_alone(screen: LabelScreen) -> None:
    stage = stage_of(screen)
    for _ in range(20):
        QTest.keyClick(screen, Qt.Key.Key_K)
    start = stage.player.position
    assert start == pytest.approx(4.0)
    QTest.keyClick(screen, Qt.Key.Key_BracketLeft)
    for _ in range(5):
        QTest.keyClick(screen, Qt.Key.Key_K)
    QTest.keyClick(screen, Qt.Key.Key_BracketRight)
    assert stage.editor.selection is not None
    assert stage.editor.selection == pytest.approx((4.0, 5.0))
    QTest.keyClick(screen, Qt.Key.Key_B, CTRL)
    assert marks(screen) == (Region("dog", 4.0, 5.0),)
    QTest.keyClick(screen, Qt.Key.Key_Right, ALT)
    QTest.keyClick(screen, Qt.Key.Key_Left, ALT | SHIFT | CTRL)
    assert marks(screen) == (Region("dog", 3.9, 5.01),)
    QTest.keyClick(screen, Qt.Key.Key_Right, CTRL)
    assert marks(screen) == (Region("dog", 4.0, 5.11),)
    QTest.keyClick(screen, Qt.Key.Key_Escape)
    QTest.keyClick(screen, Qt.Key.Key_Right)
    assert screen.order.place == 1  # with nothing chosen an arrow walks on


def test_a_key_held_down_is_one_change(screen: LabelScreen) -> None:
    drag(stage_of(screen), 2.0, 4.0)
    QTest.keyClick(screen, Qt.Key.Key_1)
    before = marks(screen)
    for _ in range(10):
        QTest.keyClick(screen, Qt.Key.Key_Left)
    assert marks(screen) != before
    assert screen.session.undo_name == "Move a region of “dog”"
    screen.session.undo()
    assert marks(screen) == before


def test_the_moment_that_is_played_is_marked_while_it_plays(screen: LabelScreen, qtbot: QtBot) -> None:
    player = stage_of(screen).player
    QTest.keyClick(screen, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: player.position > 0.2)
    QTest.keyClick(screen, Qt.Key.Key_M, CTRL)
    assert player.playing
    (region,) = marks(screen)
    assert isinstance(region, Region)
    assert region.start == region.end > 0
    QTest.keyClick(screen, Qt.Key.Key_Space)
    assert not player.playing
    at = player.position
    qtbot.wait(80)
    assert player.position == at


def test_what_is_selected_is_repeated_at_another_speed(screen: LabelScreen, qtbot: QtBot) -> None:
    stage = stage_of(screen)
    drag(stage, 2.0, 2.3)
    QTest.keyClick(screen, Qt.Key.Key_L)
    for _ in range(2):
        QTest.keyClick(screen, Qt.Key.Key_Period)
    assert (stage.player.loop, stage.player.speed) == (True, 2.0)
    QTest.keyClick(screen, Qt.Key.Key_Space)
    seen: list[float] = []
    stage.player.moved.connect(lambda: seen.append(stage.player.position))
    qtbot.waitUntil(lambda: any(later < sooner for sooner, later in pairwise(seen)))
    assert stage.player.playing
    assert all(1.8 < moment < 2.4 for moment in seen)
    QTest.keyClick(screen, Qt.Key.Key_Escape)
    assert not stage.player.playing


def test_a_sound_ends_where_it_ends_and_playing_stops_with_the_screen(
    screen: LabelScreen, window: MainWindow, qtbot: QtBot
) -> None:
    stage = stage_of(screen)
    drag(stage, 9.0, 9.2)
    QTest.keyClick(screen, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not stage.player.playing)
    assert stage.player.position == pytest.approx(9.2, abs=0.05)
    QTest.keyClick(screen, Qt.Key.Key_Space)
    assert stage.player.playing
    window.go("data")
    assert not stage.player.playing


def test_regions_are_held_by_their_names_and_edges(screen: LabelScreen) -> None:
    stage = stage_of(screen)
    drag(stage, 2.0, 4.0)
    QTest.keyClick(screen, Qt.Key.Key_1)
    QTest.keyClick(screen, Qt.Key.Key_Escape)
    drag(stage, 3.0, 6.0, y=stage.canvas.box_of(0).center().y())
    (moved,) = marks(screen)
    assert isinstance(moved, Region)
    assert (moved.start, moved.end) == pytest.approx((5, 7), abs=0.1)
    drag(stage, moved.end, 8.5)  # the chosen region's edge is there over the whole height
    (longer,) = marks(screen)
    assert isinstance(longer, Region)
    assert (longer.start, longer.end) == pytest.approx((moved.start, 8.5), abs=0.1)
    QTest.keyClick(screen, Qt.Key.Key_Delete)
    assert marks(screen) == ()


def test_while_regions_are_drawn_each_drag_is_one(screen: LabelScreen) -> None:
    stage = stage_of(screen)
    QTest.keyClick(screen, Qt.Key.Key_R)
    QTest.keyClick(screen, Qt.Key.Key_2)
    assert "region of “rain”" in screen.next_step()
    drag(stage, 1.0, 2.0)
    drag(stage, 5.0, 6.0)
    assert [mark.label for mark in marks(screen)] == ["rain", "rain"]
    QTest.keyClick(screen, Qt.Key.Key_Escape)
    drag(stage, 7.0, 8.0)
    assert len(marks(screen)) == 2


def test_the_regions_of_the_previous_sound_are_copied_as_far_as_they_fit(screen: LabelScreen, qtbot: QtBot) -> None:
    stage = stage_of(screen)
    for start, end in ((0.5, 3.0), (4.0, 5.0)):
        drag(stage, start, end)
        QTest.keyClick(screen, Qt.Key.Key_1)
    QTest.keyClick(screen, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: stage.seconds == 2.0)
    QTest.keyClick(screen, Qt.Key.Key_P, CTRL)
    (copied,) = marks(screen)
    assert isinstance(copied, Region)
    assert (copied.start, copied.end) == pytest.approx((0.5, 2.0), abs=0.05)
    QTest.keyClick(screen, Qt.Key.Key_P, CTRL)
    assert len(marks(screen)) == 1


def test_the_list_is_edited_by_keys_alone(screen: LabelScreen, qtbot: QtBot) -> None:
    stage = stage_of(screen)
    for start, end in ((2.0, 4.0), (6.0, 7.0)):
        drag(stage, start, end)
        QTest.keyClick(screen, Qt.Key.Key_1)
    QTest.keyClick(screen, Qt.Key.Key_Escape)
    QTest.keyClick(screen, Qt.Key.Key_T)
    table = stage.table
    assert table.hasFocus()
    assert stage.editor.chosen == 0

    def typed(words: str) -> None:
        QTest.keyClick(table, Qt.Key.Key_Return)
        field = QApplication.focusWidget()
        assert isinstance(field, QLineEdit)
        field.selectAll()
        QTest.keyClicks(field, words)
        QTest.keyClick(field, Qt.Key.Key_Return)
        qtbot.waitUntil(table.hasFocus)

    typed("1.5")
    QTest.keyClick(table, Qt.Key.Key_Right)
    typed("0:03.25")
    QTest.keyClick(table, Qt.Key.Key_Right)
    typed("thunder")
    qtbot.waitUntil(lambda: marks(screen)[0] == Region("thunder", 1.5, 3.25))
    assert "thunder" in screen.session.library.class_names
    QTest.keyClick(table, Qt.Key.Key_Down)
    assert stage.editor.chosen == 1
    QTest.keyClick(table, Qt.Key.Key_2)
    assert marks(screen)[1].label == "rain"
    with qtbot.waitSignal(screen.session.message) as told:
        QTest.keyClick(table, Qt.Key.Key_Left)
        typed("99")
    assert "makes no sense as end" in told.args[1]
    QTest.keyClick(table, Qt.Key.Key_Delete)
    assert len(marks(screen)) == 1


def test_a_sound_that_is_gone_is_said_to_be(window: MainWindow, sounds: Path, tmp_path: Path, qtbot: QtBot) -> None:
    path = project_of(sounds, tmp_path / "project", kind=Kind.MULTILABEL)
    (sounds / "0.wav").unlink()
    screen = open_at_label(window, path, qtbot)
    stage = stage_of(screen)
    qtbot.waitUntil(lambda: "can't be opened" in stage.loader.refused)
    QTest.keyClick(screen, Qt.Key.Key_Space)
    QTest.keyClick(screen, Qt.Key.Key_B, CTRL)
    assert not stage.player.playing
    assert marks(screen) == ()
    assert not stage.canvas.grab().isNull()
    QTest.keyClick(screen, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: stage.seconds == 2.0)


def test_sounds_of_one_class_each_have_no_regions(
    window: MainWindow, sounds: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    screen = open_at_label(window, project_of(sounds, tmp_path / "plain"), qtbot)
    qtbot.waitUntil(lambda: stage_of(screen).seconds == 10.0)
    assert not screen.can("draw")
    assert screen.can("play")
    drag(stage_of(screen), 1.0, 2.0)
    QTest.keyClick(screen, Qt.Key.Key_B, CTRL)
    assert marks(screen) == ()


def test_waveform_and_spectrogram_show_where_the_tone_is(screen: LabelScreen, qtbot: QtBot) -> None:
    canvas = stage_of(screen).canvas
    loader = stage_of(screen).loader

    def brightness(place: QPoint) -> int:
        return canvas.grab().toImage().pixelColor(place).value()

    row = round(canvas.pitches().bottom() - canvas.pitches().height() * 0.3)
    quiet, loud = (QPoint(round(canvas.view.x(moment)), row) for moment in (1.0, 5.0))
    qtbot.waitUntil(lambda: loader.overview is not None and loader.overview.done == loader.overview.frames)
    upper = round(canvas.wave().top() + 0.2 * canvas.wave().height())
    there, not_there = QPoint(loud.x(), upper), QPoint(quiet.x(), upper)
    qtbot.waitUntil(lambda: canvas.grab().toImage().pixelColor(there) != canvas.grab().toImage().pixelColor(not_there))
    column = range(round(canvas.pitches().top()) + 2, round(canvas.pitches().bottom()) - 2)
    qtbot.waitUntil(lambda: len({brightness(QPoint(loud.x(), y)) for y in column}) > 5)


def test_the_previous_sound_is_the_one_that_was_shown_before(screen: LabelScreen, qtbot: QtBot) -> None:
    drag(stage_of(screen), 0.5, 1.0)
    QTest.keyClick(screen, Qt.Key.Key_1)
    made = marks(screen)
    view = screen.session.view
    view.show(Wanted(ids=("0.wav", "2.wav")))
    QTest.keyClick(screen, Qt.Key.Key_D)
    assert screen.sample_id == "2.wav"
    qtbot.waitUntil(lambda: stage_of(screen).seconds == 10.0)
    QTest.keyClick(screen, Qt.Key.Key_P, CTRL)
    assert marks(screen) == made
