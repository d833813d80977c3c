"""Spans marked by real keys and a real mouse in texts of any script: each is committed, named, undone and redone."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from engine.task import Kind
from labeling.annotations.marks import Mark
from labeling.annotations.model import Span
from studio.label.screen import LabelScreen
from studio.label.text_stage import TextStage
from studio.window import MainWindow
from tests.studio.label.test_screen import open_at_label, project_of

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
FAMILY = "👨‍👩‍👧"
TEXTS = (
    f"Ada 😀 met {FAMILY} in London.",
    "التقى محمد علي John Smith في القاهرة",
    "First line\r\nsecond cafe\u0301 line",
    "word 😀 " * 150_000,
)


@pytest.fixture
def screen(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> Iterator[LabelScreen]:
    folder = tmp_path / "texts"
    folder.mkdir()
    for number, words in enumerate(TEXTS):
        (folder / f"{number}.txt").write_bytes(words.encode())
    made = open_at_label(window, project_of(folder, tmp_path / "project", kind=Kind.MULTILABEL), qtbot)
    for name in ("person", "place"):
        QTest.keyClicks(made.bench.panel.field, name)
        QTest.keyClick(made.bench.panel.field, Qt.Key.Key_Return)
    made.setFocus()
    yield made


def stage_of(screen: LabelScreen) -> TextStage:
    return screen.bench.text_stage


def marks(screen: LabelScreen) -> list[Mark]:
    """Return the marks of the text shown as the database has them."""
    project, sample_id = screen.session.project, screen.sample_id
    assert project is not None and sample_id is not None
    return list(project.marks([sample_id]).get(sample_id, ()))


def spans(screen: LabelScreen) -> list[tuple[str, str]]:
    """Return the class and the words of each span, by the offsets in the database."""
    words = TEXTS[screen.order.place]
    return [(mark.label, words[mark.start : mark.end]) for mark in marks(screen) if isinstance(mark, Span)]


NONE = Qt.KeyboardModifier.NoModifier


def press(stage: TextStage, key: Qt.Key, held: Qt.KeyboardModifier = NONE, times: int = 1) -> None:
    for _ in range(times):
        QTest.keyClick(stage, key, held)


def test_words_are_selected_and_marked_by_keys(screen: LabelScreen) -> None:
    stage = stage_of(screen)
    QTest.keyClick(screen, Qt.Key.Key_R)
    assert stage.hasFocus()
    press(stage, Qt.Key.Key_Right, CTRL | SHIFT)
    press(stage, Qt.Key.Key_1)
    assert spans(screen) == [("person", "Ada")]
    assert screen.session.undo_name == "Mark a span of “person”"
    assert screen.listing.labels[0] == ("person",)
    press(stage, Qt.Key.Key_2)  # the span that was just made is chosen
    assert spans(screen) == [("place", "Ada")]
    screen.session.undo()
    screen.session.undo()
    assert spans(screen) == []
    screen.session.redo()
    assert spans(screen) == [("person", "Ada")]


def test_a_family_of_emoji_is_one_step_and_offsets_count_characters(screen: LabelScreen) -> None:
    stage = stage_of(screen)
    QTest.keyClick(screen, Qt.Key.Key_R)
    press(stage, Qt.Key.Key_Right, times=10)  # after “Ada 😀 met ”
    press(stage, Qt.Key.Key_Right, SHIFT)
    press(stage, Qt.Key.Key_1)
    assert spans(screen) == [("person", FAMILY)]
    press(stage, Qt.Key.Key_Right, ALT | CTRL)
    assert spans(screen) == [("person", f"{FAMILY} in")]
    press(stage, Qt.Key.Key_Left, ALT | SHIFT | CTRL)
    assert spans(screen) == [("person", f"met {FAMILY} in")]
    press(stage, Qt.Key.Key_Left, ALT)
    assert spans(screen) == [("person", f"met {FAMILY} i")]


def test_letters_still_walk_and_escape_gives_the_keys_back(screen: LabelScreen) -> None:
    stage = stage_of(screen)
    QTest.keyClick(screen, Qt.Key.Key_R)
    press(stage, Qt.Key.Key_Right)
    assert screen.order.place == 0
    press(stage, Qt.Key.Key_D)
    assert screen.order.place == 1
    press(stage, Qt.Key.Key_Escape)
    if stage.hasFocus():  # the first let go of a span under the caret
        press(stage, Qt.Key.Key_Escape)
    assert screen.hasFocus()
    QTest.keyClick(screen, Qt.Key.Key_Left)
    assert screen.order.place == 0


def test_from_right_to_left_the_words_are_the_right_ones(screen: LabelScreen) -> None:
    stage = stage_of(screen)
    QTest.keyClick(screen, Qt.Key.Key_D)
    QTest.keyClick(screen, Qt.Key.Key_R)
    press(stage, Qt.Key.Key_Home, CTRL)
    press(stage, Qt.Key.Key_Left, CTRL | SHIFT, times=3)
    press(stage, Qt.Key.Key_1)
    assert spans(screen) == [("person", "التقى محمد علي")]
    boxes = stage.boxes_of(0)
    assert boxes and all(box.width() > 5 for box in boxes)


def test_line_ends_of_windows_and_combining_accents_move_no_offset(screen: LabelScreen) -> None:
    stage = stage_of(screen)
    for _ in range(2):
        QTest.keyClick(screen, Qt.Key.Key_D)
    QTest.keyClick(screen, Qt.Key.Key_R)
    press(stage, Qt.Key.Key_End, CTRL)
    press(stage, Qt.Key.Key_Left, CTRL, times=2)
    press(stage, Qt.Key.Key_Right, SHIFT, times=4)
    press(stage, Qt.Key.Key_2)
    assert spans(screen) == [("place", "cafe\u0301")]
    press(stage, Qt.Key.Key_Escape)
    press(stage, Qt.Key.Key_Home, CTRL)
    press(stage, Qt.Key.Key_End, SHIFT)
    press(stage, Qt.Key.Key_1)
    assert spans(screen)[-1] == ("person", "First line")


def test_overlapping_spans_are_drawn_in_lines_of_their_own(screen: LabelScreen) -> None:
    stage = stage_of(screen)
    QTest.keyClick(screen, Qt.Key.Key_R)
    press(stage, Qt.Key.Key_Right, CTRL | SHIFT)
    press(stage, Qt.Key.Key_1)
    press(stage, Qt.Key.Key_Right, CTRL | SHIFT, times=2)
    press(stage, Qt.Key.Key_2)
    assert [words for _, words in spans(screen)] == ["Ada", "Ada 😀"]
    assert sorted(stage.editor.lanes()) == [0, 1]
    QTest.keyClick(screen, Qt.Key.Key_E)
    assert stage.editor.words_of(stage.editor.marks[stage.editor.chosen or 0]) == "Ada"
    press(stage, Qt.Key.Key_Delete)
    assert [label for label, _ in spans(screen)] == ["place"]


def test_a_span_under_a_click_is_chosen(screen: LabelScreen) -> None:
    stage = stage_of(screen)
    QTest.keyClick(screen, Qt.Key.Key_R)
    press(stage, Qt.Key.Key_Right, CTRL | SHIFT)
    press(stage, Qt.Key.Key_1)
    press(stage, Qt.Key.Key_Escape)
    assert stage.editor.chosen is None
    QTest.mouseClick(stage.viewport(), Qt.MouseButton.LeftButton, pos=stage.boxes_of(0)[0].center().toPoint())
    assert stage.editor.chosen == 0
    below = QPoint(stage.viewport().width() - 20, stage.viewport().height() - 10)
    QTest.mouseClick(stage.viewport(), Qt.MouseButton.LeftButton, pos=below)
    assert stage.editor.chosen is None


def test_the_list_is_edited_by_keys_alone(screen: LabelScreen, qtbot: QtBot) -> None:
    stage, table = stage_of(screen), screen.bench.reading.table
    QTest.keyClick(screen, Qt.Key.Key_R)
    press(stage, Qt.Key.Key_Right, CTRL | SHIFT)
    press(stage, Qt.Key.Key_1)
    press(stage, Qt.Key.Key_T)
    assert table.hasFocus()
    QTest.keyClick(table, Qt.Key.Key_Right)
    QTest.keyClick(table, Qt.Key.Key_Right)
    QTest.keyClick(table, Qt.Key.Key_Return)
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit)
    field.selectAll()
    QTest.keyClicks(field, "5")
    QTest.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(table.hasFocus)
    assert spans(screen) == [("person", "Ada 😀")]
    QTest.keyClick(table, Qt.Key.Key_2)
    assert spans(screen) == [("place", "Ada 😀")]


def test_the_spans_of_the_previous_text_are_copied(screen: LabelScreen) -> None:
    stage = stage_of(screen)
    QTest.keyClick(screen, Qt.Key.Key_R)
    press(stage, Qt.Key.Key_Right, CTRL | SHIFT)
    press(stage, Qt.Key.Key_1)
    press(stage, Qt.Key.Key_D)
    press(stage, Qt.Key.Key_P, CTRL)
    assert marks(screen) == [Span("person", 0, 3)]


def test_a_text_of_a_megabyte_stays_quick(screen: LabelScreen) -> None:
    stage = stage_of(screen)
    for _ in range(3):
        QTest.keyClick(screen, Qt.Key.Key_D)
    QTest.keyClick(screen, Qt.Key.Key_R)
    assert len(stage.editor.text) >= 700_000
    took = []
    for _ in range(4):
        begun = time.thread_time()
        press(stage, Qt.Key.Key_End, CTRL)
        press(stage, Qt.Key.Key_Left, CTRL | SHIFT, times=3)
        press(stage, Qt.Key.Key_2)
        screen.repaint()
        took.append(time.thread_time() - begun)
        screen.session.undo()
    press(stage, Qt.Key.Key_2)
    assert spans(screen)[0][1].endswith("😀")
    assert min(took) < 0.5  # five keys and what they paint, of this thread's own time


def test_rows_with_several_texts_have_no_spans(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    table = tmp_path / "letters.csv"
    kinds = ("a;b", "a", "b")
    lines = [f"A story about soup number {n},It was {n} times too cold to eat it,{kinds[n % 3]}\n" for n in range(12)]
    table.write_text("title,body,kind\n" + "".join(lines))
    screen = open_at_label(window, project_of(table, tmp_path / "letters project", target="kind"), qtbot)
    assert screen.listing.kind is Kind.MULTILABEL
    assert not screen.can("draw")
