"""Labelling with real keys on a real project."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from labeling.errors import ProjectError
from labeling.importing import read, understand
from labeling.project import Project
from studio.label.screen import LabelScreen
from studio.label.text_stage import CANNOT
from studio.window import MainWindow

SHIFT = Qt.KeyboardModifier.ShiftModifier


def project_of(source: Path, path: Path, **wishes: object) -> Path:
    understanding = understand(source, **wishes)  # type: ignore[arg-type]
    with Project.create(path) as project:
        project.add(understanding, read(understanding))
    return path


def open_at_label(window: MainWindow, path: Path, qtbot: QtBot) -> LabelScreen:
    assert window.session.open_project(path)
    qtbot.waitUntil(lambda: len(window.session.library.listing) > 0)
    window.go("label")
    screen = window.page("label")
    assert isinstance(screen, LabelScreen)
    screen.setFocus()
    return screen


@pytest.fixture
def screen(window: MainWindow, loose_photos: Path, tmp_path: Path, qtbot: QtBot) -> Iterator[LabelScreen]:
    made = open_at_label(window, project_of(loose_photos, tmp_path / "loose project"), qtbot)
    for name in ("bolt", "nut"):
        QTest.keyClicks(made.bench.panel.field, name)
        QTest.keyClick(made.bench.panel.field, Qt.Key.Key_Return)
    made.setFocus()
    yield made


def labels(screen: LabelScreen) -> list[str | float | None]:
    """Return the labels as another look at the database finds them."""
    project = screen.session.project
    assert project is not None
    return project.frame()["label"].to_list()


def test_classes_are_named_in_place(screen: LabelScreen) -> None:
    assert screen.session.library.class_names == ["bolt", "nut"]
    assert [row.key for row in screen.bench.panel.list.classes.rows] == ["1", "2"]


def test_a_digit_labels_and_goes_on(screen: LabelScreen, qtbot: QtBot) -> None:
    QTest.keyClick(screen, Qt.Key.Key_2)
    assert screen.order.place == 1
    assert labels(screen)[:2] == ["nut", None]


def test_shift_and_a_digit_labels_and_stays(screen: LabelScreen, qtbot: QtBot) -> None:
    QTest.keyClick(screen, Qt.Key.Key_1, SHIFT)
    assert screen.order.place == 0
    assert labels(screen)[0] == "bolt"


def test_a_digit_without_a_class_does_nothing(screen: LabelScreen, qtbot: QtBot) -> None:
    QTest.keyClick(screen, Qt.Key.Key_9)
    assert screen.order.place == 0
    assert labels(screen) == [None] * 9


def test_digits_work_while_the_class_list_has_the_focus(screen: LabelScreen, qtbot: QtBot) -> None:
    QTest.keyClick(screen.bench.panel.list, Qt.Key.Key_1)
    assert labels(screen)[0] == "bolt"


def test_digits_typed_into_a_name_stay_there(screen: LabelScreen, qtbot: QtBot) -> None:
    QTest.keyClicks(screen.bench.panel.field, "type 1")
    assert screen.bench.panel.field.text() == "type 1"
    assert labels(screen) == [None] * 9


def test_arrows_and_letters_walk(screen: LabelScreen, qtbot: QtBot) -> None:
    for key, place in ((Qt.Key.Key_Right, 1), (Qt.Key.Key_D, 2), (Qt.Key.Key_Left, 1), (Qt.Key.Key_A, 0)):
        QTest.keyClick(screen, key)
        assert screen.order.place == place


def test_shift_and_an_arrow_finds_the_next_without_a_label(screen: LabelScreen, qtbot: QtBot) -> None:
    for _ in range(3):
        QTest.keyClick(screen, Qt.Key.Key_1)
    QTest.keyClick(screen, Qt.Key.Key_Left)
    QTest.keyClick(screen, Qt.Key.Key_Left)
    QTest.keyClick(screen, Qt.Key.Key_Right, SHIFT)
    assert screen.order.place == 3


def test_backspace_takes_the_label_away(screen: LabelScreen, qtbot: QtBot) -> None:
    QTest.keyClick(screen, Qt.Key.Key_1, SHIFT)
    QTest.keyClick(screen, Qt.Key.Key_Backspace)
    assert labels(screen)[0] is None


def test_skipped_samples_come_again_at_the_end(screen: LabelScreen, qtbot: QtBot) -> None:
    QTest.keyClick(screen, Qt.Key.Key_X)
    assert screen.order.place == 1
    for _ in range(8):
        QTest.keyClick(screen, Qt.Key.Key_1)
    assert screen.order.place == 0
    assert labels(screen) == [None] + ["bolt"] * 8


def test_undo_and_redo_are_named_and_survive_a_restart(screen: LabelScreen, window: MainWindow, qtbot: QtBot) -> None:
    QTest.keyClick(screen, Qt.Key.Key_1)
    assert window.session.undo_name == "Label 'bolt'"
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.session.library.labelled == 0)
    assert labels(screen)[0] is None
    project = window.session.project
    assert project is not None
    path = project.path
    window.session.close_project()
    assert window.session.open_project(path)
    assert window.session.redo_name == "Label 'bolt'"
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | SHIFT)
    qtbot.waitUntil(lambda: window.session.library.labelled == 1)


def test_a_class_is_renamed_in_place(screen: LabelScreen, qtbot: QtBot) -> None:
    QTest.keyClick(screen, Qt.Key.Key_1, SHIFT)
    panel = screen.bench.panel
    panel.begin_rename()
    panel.field.setText("screw")
    QTest.keyClick(panel.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: screen.session.library.class_names == ["screw", "nut"])
    qtbot.waitUntil(lambda: screen.listing.labels[0] == "screw")


def test_the_next_sample_is_there_at_once(screen: LabelScreen, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: all(screen.photos.loader.get(i, r, c) is not None for i, r, c in _sources(screen)))
    took = []
    for _ in range(7):
        begun = time.perf_counter()
        QTest.keyClick(screen, Qt.Key.Key_1)
        screen.repaint()
        took.append(time.perf_counter() - begun)
    assert min(took) < 0.05  # the best of seven: others may use this machine


def test_a_row_of_a_table_is_labelled_by_its_key(window: MainWindow, table: Path, tmp_path: Path, qtbot: QtBot) -> None:
    screen = open_at_label(window, project_of(table, tmp_path / "flowers"), qtbot)
    assert screen.bench.row_stage.isVisible()
    assert screen.bench.row_stage.values.rowCount() == 2
    QTest.keyClick(screen, Qt.Key.Key_2)
    assert labels(screen)[0] == "rose"


def test_a_number_is_typed(window: MainWindow, table: Path, tmp_path: Path, qtbot: QtBot) -> None:
    path = project_of(table, tmp_path / "heights", target="height")
    screen = open_at_label(window, path, qtbot)
    field = screen.bench.number.field
    assert field.isVisible()
    field.setText("7.25")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert labels(screen)[0] == 7.25
    assert screen.order.place == 1


def _sources(screen: LabelScreen) -> list[tuple[str, str, str]]:
    listing = screen.listing
    return list(zip(listing.ids, listing.references, listing.contents, strict=True))[:8]


def test_a_text_is_read_and_labelled_by_its_key(window: MainWindow, texts: Path, tmp_path: Path, qtbot: QtBot) -> None:
    screen = open_at_label(window, project_of(texts, tmp_path / "letters project"), qtbot)
    stage = screen.bench.text_stage
    assert stage.isVisible()
    assert stage.toPlainText() == "The soup was cold on day 0.\n"
    QTest.keyClick(stage, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: labels(screen)[0] == "praise")
    assert stage.toPlainText() == "The soup was cold on day 1.\n"

    Path(screen.listing.references[2]).unlink()
    QTest.keyClick(screen, Qt.Key.Key_Right)
    assert stage.toPlainText() == CANNOT
    QTest.keyClick(screen, Qt.Key.Key_Right)
    assert stage.toPlainText() == "complaint: 味道很好,服务也不错。"


def test_the_columns_of_a_text_stand_under_their_names(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    table = tmp_path / "letters.csv"
    lines = [
        f"A long story about soup {n} and how it was served;It was {n} times too cold to eat it;bad" for n in range(9)
    ]
    lines += [
        f"Praise for bread {n} and for those who baked it;It tasted good {n} times in a row;good" for n in range(9)
    ]
    table.write_text("\n".join(["title;body;kind", *lines]) + "\n")
    screen = open_at_label(window, project_of(table, tmp_path / "letters project"), qtbot)

    assert screen.bench.text_stage.toPlainText() == (
        "title\nA long story about soup 0 and how it was served\n\nbody\nIt was 0 times too cold to eat it"
    )


def test_several_classes_are_put_in_and_taken_out_by_their_keys(
    window: MainWindow, loose_photos: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    table = loose_photos / "labels.csv"
    pairs = [f"photo {n}.png,{('bolt;nut', 'nut', 'bolt')[n % 3]}" for n in range(9)]
    table.write_text("\n".join(["filename,labels", *pairs]) + "\n")
    screen = open_at_label(window, project_of(table, tmp_path / "several"), qtbot)
    classes = screen.bench.panel.list.classes

    assert [row.given for row in classes.rows] == [True, True]
    assert classes.rows[0].title == "✓ bolt"
    QTest.keyClick(screen, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: [row.given for row in classes.rows] == [False, True])
    assert screen.order.place == 0


def test_boxes_of_another_tool_lie_over_the_photo(
    window: MainWindow, loose_photos: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    for photo in list(loose_photos.iterdir()):
        photo.with_suffix(".txt").write_text("0 0.5 0.5 0.5 0.5\n")
    (loose_photos / "classes.txt").write_text("bolt\n")
    screen = open_at_label(window, project_of(loose_photos, tmp_path / "boxed"), qtbot)
    stage = screen.bench.photo_stage
    qtbot.waitUntil(lambda: stage.picture is not None and not stage.picture.isNull())
    assert stage.accessibleDescription() == "bolt"
    frame = stage.boxes_on_screen()[0]
    assert frame.center().x() == pytest.approx(stage.rect().center().x(), abs=2)
    with_box = stage.grab().toImage()
    QTest.keyClick(screen, Qt.Key.Key_1)  # the photo no longer shows a bolt
    assert stage.accessibleDescription() == ""
    edge = frame.topLeft().toPoint()
    assert stage.grab().toImage().pixelColor(edge) != with_box.pixelColor(edge)
    window.session.undo()
    qtbot.waitUntil(lambda: stage.accessibleDescription() == "bolt")


def test_a_label_that_cannot_be_saved_is_said_and_the_sample_stays(
    window: MainWindow, screen: LabelScreen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> bool:
        raise ProjectError("The disk is full.")

    monkeypatch.setattr(Project, "set_labels", full)
    here = screen.sample_id
    QTest.keyClick(screen, Qt.Key.Key_1)
    assert screen.sample_id == here
    assert [bar.words for bar in window.messages.bars()] == ["The disk is full."]
    monkeypatch.undo()
    QTest.keyClick(screen, Qt.Key.Key_1)
    assert screen.sample_id != here
