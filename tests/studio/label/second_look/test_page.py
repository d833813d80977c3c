"""A second look with real keys on a real project."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from labeling.errors import ProjectError
from labeling.importing import read, understand
from labeling.project import Project
from labeling.project.second_looks import SecondLooks
from studio.label.screen import LabelScreen
from studio.window import MainWindow


def project_of(source: Path, path: Path, **wishes: object) -> Project:
    understanding = understand(source, **wishes)  # type: ignore[arg-type]
    project = Project.create(path)
    project.add(understanding, read(understanding))
    return project


def open_at_label(window: MainWindow, path: Path, qtbot: QtBot) -> LabelScreen:
    assert window.session.open_project(path)
    qtbot.waitUntil(lambda: window.session.library.labelled > 0)
    window.go("label")
    screen = window.page("label")
    assert isinstance(screen, LabelScreen)
    window.trigger("label.second_look")
    qtbot.waitUntil(lambda: screen.second.isVisible())
    return screen


@pytest.fixture
def screen(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> Iterator[LabelScreen]:
    """A second look at fourteen photos in two classes, with the keys 1 and 2."""
    for name, grey in (("bolt", 40), ("nut", 200)):
        (tmp_path / "data" / name).mkdir(parents=True)
        for number in range(7):
            Image.new("L", (40, 30), grey + number).save(tmp_path / "data" / name / f"{number}.png")
    project_of(tmp_path / "data", tmp_path / "project").close()
    yield open_at_label(window, tmp_path / "project", qtbot)


def first_of(screen: LabelScreen) -> str:
    now = screen.second.round
    assert now is not None
    return str(now.samples[now.place].first)


def key_for(screen: LabelScreen, wrong: bool = False) -> Qt.Key:
    return Qt.Key.Key_1 if (first_of(screen) == "bolt") != wrong else Qt.Key.Key_2


def answer_all(screen: LabelScreen, wrong: int) -> None:
    for number in range(10):
        QTest.keyClick(screen.second, key_for(screen, wrong=number < wrong))


def test_digits_label_again_and_the_result_tells_how_well_that_agrees(screen: LabelScreen) -> None:
    labels_before = list(screen.listing.labels)
    answer_all(screen, wrong=2)
    assert screen.second.result.isVisible()
    assert screen.second.result.heading.text() == "8 of 10 the same (80 %)"
    assert "Cohen's κ 0." in screen.second.result.saying.text()
    assert screen.second.result.table.rowCount() == 2
    assert list(screen.listing.labels) == labels_before


def test_nothing_on_the_page_tells_the_label(screen: LabelScreen) -> None:
    from PySide6.QtWidgets import QLabel

    now = screen.second.round
    assert now is not None
    said = " ".join(label.text() for label in screen.second.findChildren(QLabel) if label.isVisible())
    assert now.sample not in said
    assert "bolt" not in said and "nut" not in said
    assert not any(row.given or row.count for row in screen.second.classes.classes.rows)
    assert now.sample not in screen.second.photo.accessibleName()
    assert not screen.bench.isVisible()


def test_one_can_go_back_and_leave_and_go_on_later(screen: LabelScreen) -> None:
    QTest.keyClick(screen.second, key_for(screen, wrong=True))
    QTest.keyClick(screen.second, Qt.Key.Key_Left)
    now = screen.second.round
    assert now is not None and now.place == 0
    QTest.keyClick(screen.second, key_for(screen))
    assert now.samples[0].second == now.samples[0].first
    QTest.keyClick(screen.second, Qt.Key.Key_Escape)
    assert screen.bench.isVisible() and not screen.second.active
    screen.look_again()
    again = screen.second.round
    assert again is not None
    assert again.answered == 1 and again.place == 1


def test_keys_of_labelling_change_no_label_meanwhile(screen: LabelScreen) -> None:
    before = list(screen.listing.labels)
    for key in (Qt.Key.Key_Backspace, Qt.Key.Key_X, Qt.Key.Key_U, Qt.Key.Key_G, Qt.Key.Key_Return):
        QTest.keyClick(screen.second, key)
    assert list(screen.listing.labels) == before
    assert not screen.many
    assert not screen.can("clear") and screen.can("stop")


def test_a_disagreement_is_settled_by_an_ordinary_change(screen: LabelScreen) -> None:
    answer_all(screen, wrong=2)
    result = screen.second.result
    one = result.current()
    assert one is not None
    result.take.click()
    row = screen.listing.rows[one.sample]
    assert screen.listing.labels[row] == one.second
    assert result.table.rowCount() == 1
    screen.session.undo()
    assert screen.listing.labels[row] == one.first
    result.keep.click()
    assert result.table.rowCount() == 0
    assert not result.take.isVisible()


def test_finishing_early_tells_what_was_answered(screen: LabelScreen, qtbot: QtBot) -> None:
    assert not screen.second.finish.isEnabled()
    QTest.keyClick(screen.second, key_for(screen))
    screen.second.finish.click()
    assert screen.second.result.heading.text() == "1 of 1 the same (100 %), 9 left out"
    screen.second.result.left.emit()
    assert screen.bench.isVisible()


def test_a_disagreement_can_be_shown_and_other_samples_drawn(screen: LabelScreen, qtbot: QtBot) -> None:
    answer_all(screen, wrong=1)
    one = screen.second.result.current()
    assert one is not None
    screen.second.result.again.emit()
    assert screen.second.asking and screen.second.round is not None and screen.second.round.answered == 0
    screen.second.tell()
    screen.second.result.wanted.emit(one.sample)
    assert not screen.second.active
    assert screen.sample_id == one.sample


def test_several_classes_are_put_in_and_confirmed(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    table = tmp_path / "texts.csv"
    table.write_text("text,tags\n" + "".join(f"words {n},{'a;b' if n % 2 else 'a'}\n" for n in range(12)))
    project_of(table, tmp_path / "project").close()
    screen = open_at_label(window, tmp_path / "project", qtbot)
    assert screen.labelling.several
    QTest.keyClick(screen.second, Qt.Key.Key_2)
    QTest.keyClick(screen.second, Qt.Key.Key_1)
    assert [row.given for row in screen.second.classes.classes.rows] == [True, True]
    QTest.keyClick(screen.second, Qt.Key.Key_Return)
    now = screen.second.round
    assert now is not None
    assert now.samples[0].second == ("a", "b")
    assert now.place == 1 and not any(row.given for row in screen.second.classes.classes.rows)


def test_numbers_are_typed_again(window: MainWindow, tmp_path: Path, qtbot: QtBot) -> None:
    table = tmp_path / "flats.csv"
    table.write_text("size,rooms,price\n" + "".join(f"{30 + n * 1.5},{n % 5},{1000.5 + 37 * n}\n" for n in range(40)))
    project_of(table, tmp_path / "project", target="price").close()
    screen = open_at_label(window, tmp_path / "project", qtbot)
    field = screen.second.number.field
    assert field.text() == ""
    QTest.keyClicks(field, "1000")
    QTest.keyClick(field, Qt.Key.Key_Return)
    now = screen.second.round
    assert now is not None and now.samples[0].second == 1000.0
    screen.second.tell()
    assert "apart on average" in screen.second.result.saying.text()


def test_a_second_label_that_cannot_be_saved_is_said_and_asked_again(
    window: MainWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "texts.csv"
    table.write_text("text,kind\n" + "".join(f"words {n},{'a' if n % 2 else 'b'}\n" for n in range(12)))
    project_of(table, tmp_path / "project").close()
    screen = open_at_label(window, tmp_path / "project", qtbot)

    def full(*_: object) -> None:
        raise ProjectError("The disk is full.")

    now = screen.second.round
    assert now is not None
    monkeypatch.setattr(SecondLooks, "answer", full)
    QTest.keyClick(screen.second, Qt.Key.Key_1)
    assert now.answered == 0
    assert [bar.words for bar in window.messages.bars()] == ["The disk is full."]


def test_rows_that_differ_are_called_as_the_other_screens_call_them(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    table = tmp_path / "texts.csv"
    table.write_text("text,kind\n" + "".join(f"words {n},{'a' if n % 2 else 'b'}\n" for n in range(12)))
    project_of(table, tmp_path / "project").close()
    screen = open_at_label(window, tmp_path / "project", qtbot)
    now = screen.second.round
    assert now is not None
    one = now.samples[now.place]
    screen.second.answer("b" if one.first == "a" else "a")
    screen.second.tell()
    item = screen.second.result.table.item(0, 0)
    assert item is not None
    assert item.text() == f"Row {int(one.sample) + 1}"


def test_a_disagreement_that_cannot_be_saved_stays(screen: LabelScreen, monkeypatch: pytest.MonkeyPatch) -> None:
    answer_all(screen, wrong=2)
    result = screen.second.result

    def full(*_: object, **__: object) -> None:
        raise ProjectError("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(Project, "set_labels", full)
        result.take.click()
        assert result.table.rowCount() == 2
    result.take.click()
    assert result.table.rowCount() == 1


def test_a_new_round_of_numbers_does_not_show_what_was_typed_in_the_last(
    window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    table = tmp_path / "flats.csv"
    table.write_text("size,rooms,price\n" + "".join(f"{30 + n * 1.5},{n % 5},{1000.5 + 37 * n}\n" for n in range(40)))
    with project_of(table, tmp_path / "project", target="price") as project:
        project.set_label(project.ids()[1:], None)
    screen = open_at_label(window, tmp_path / "project", qtbot)
    number = screen.second.number
    QTest.keyClicks(number.field, "5")
    QTest.keyClick(number.field, Qt.Key.Key_Return)
    assert screen.second.result.isVisible()
    screen.second.result.again.emit()
    assert number.isVisible() and number.field.text() == ""
