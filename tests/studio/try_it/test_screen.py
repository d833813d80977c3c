from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import polars as pl
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from engine.task import Column, ColumnType, Kind, Modality
from labeling.importing import inputs
from labeling.tables.together import learned_from
from studio.pictures import large_image
from studio.screen import ScreenState
from studio.try_it.answer_view import AnswerView
from studio.try_it.answers import Answer
from studio.try_it.asking import PORTION, Asker
from studio.try_it.row_form import MOST_FIELDS, RowForm, choices_of
from studio.try_it.screen import TryItScreen
from studio.window import MainWindow
from tests.studio.recorded_runs import Recipe, project_with_run, record

START_MS = 40_000


def opened(window: MainWindow, qtbot: QtBot, project: Path) -> TryItScreen:
    window.session.open_project(project)
    window.go("try_it")
    screen = cast("TryItScreen", window.page("try_it"))
    qtbot.waitUntil(lambda: screen.page is not None)
    return screen


def test_before_a_model_there_is_nothing_to_try(window: MainWindow) -> None:
    window.go("try_it")
    screen = window.page("try_it")

    assert screen.state() is ScreenState.EMPTY
    assert not screen.can("choose_file")
    assert not screen.drop([Path("photo.jpg")])


@pytest.mark.slow
def test_photos_are_asked_about_in_a_process_of_their_own(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path
) -> None:
    screen = opened(window, qtbot, project_with_run(tmp_path / "project", photos, Recipe()))
    page = screen.page
    assert page is not None
    assert page.note.words == "Getting the model ready…"
    assert screen.drop([photos / "bolt", photos / "nut" / "broken.jpg"])
    qtbot.waitUntil(lambda: len(page.batch.asked) == 5 and not page.batch.waiting, timeout=START_MS)

    assert not page.note.isVisible()
    assert page.batch.answers[0] is not None
    assert page.batch.answers[0].unsure  # the recorded model finds every class as likely as the others
    assert page.batch.answers[4] is not None
    assert page.batch.answers[4].error
    qtbot.waitUntil(page.picture.isVisible)
    out = tmp_path / "predictions.csv"
    with qtbot.waitSignal(window.session.message) as told:
        screen.save_predictions(out)
    assert told.args == ["good", "Saved 4 predictions in predictions.csv."]
    assert pl.read_csv(out).columns == ["id", "prediction", "bolt", "nut", "washer"]
    QGuiApplication.clipboard().setImage(QImage(str(photos / "nut" / "nut 0.png")))
    screen.paste()
    qtbot.waitUntil(lambda: [asked.id for asked in page.batch.asked] == ["pasted-1.png"])
    qtbot.waitUntil(lambda: not page.batch.waiting)
    window.session.close_project()
    assert screen.page is None


class Pictures:
    """Opens pictures as the screen does, those held no sooner than they are let go; tells which were opened."""

    def __init__(self) -> None:
        self.held: set[str] = set()
        self.opened: list[str] = []
        self.let_go = threading.Event()

    def open(self, path: str, content: str) -> QImage:
        self.opened.append(Path(path).name)
        if Path(path).name in self.held:
            self.let_go.wait()
        return large_image(path, content)


@pytest.fixture
def pictures(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pictures]:
    made = Pictures()
    monkeypatch.setattr("studio.try_it.screen.large_image", made.open)
    yield made
    made.let_go.set()  # before the window waits for its threads


def test_pictures_passed_with_the_arrow_keys_are_not_all_opened(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path, pictures: Pictures
) -> None:
    screen = opened(window, qtbot, project_with_run(tmp_path / "project", photos, Recipe()))
    page = screen.page
    assert page is not None
    pictures.held = {"bolt 0.png", "bolt 1.png"}
    screen.ask_about(sorted((photos / "bolt").iterdir()) + sorted((photos / "washer").iterdir()))
    qtbot.waitUntil(lambda: pictures.opened == ["bolt 0.png"])
    QTest.keyClick(page.table, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: pictures.opened == ["bolt 0.png", "bolt 1.png"])
    for _ in range(4):
        QTest.keyClick(page.table, Qt.Key.Key_Down)
    pictures.let_go.set()
    qtbot.waitUntil(lambda: not screen.session.background.busy)
    assert pictures.opened[2:] == ["washer 1.png"]
    assert page.picture.accessibleName() == "Picture washer 1.png"


def test_a_picture_that_opens_late_is_not_shown_in_the_next_drop(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path, pictures: Pictures
) -> None:
    screen = opened(window, qtbot, project_with_run(tmp_path / "project", photos, Recipe()))
    page = screen.page
    assert page is not None
    pictures.held = {"bolt 0.png"}
    screen.ask_about([photos / "bolt" / "bolt 0.png"])
    qtbot.waitUntil(lambda: pictures.opened == ["bolt 0.png"])
    screen.ask_about([photos / "nut" / "nut 0.png"])
    qtbot.waitUntil(lambda: page.picture.accessibleName() == "Picture nut 0.png")
    pictures.let_go.set()
    qtbot.waitUntil(lambda: not screen.session.background.busy)
    assert page.picture.accessibleName() == "Picture nut 0.png"


@pytest.fixture
def may_read(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Folders are read no sooner than this is set."""
    made = threading.Event()

    def read_later(*given: Any, **wished: Any) -> object:
        made.wait()
        return inputs(*given, **wished)

    monkeypatch.setattr("labeling.importing.inputs", read_later)
    yield made
    made.set()


def test_a_folder_that_is_read_slowly_does_not_replace_what_was_dropped_after_it(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path, may_read: threading.Event
) -> None:
    screen = opened(window, qtbot, project_with_run(tmp_path / "project", photos, Recipe()))
    page = screen.page
    assert page is not None
    screen.ask_about([photos / "bolt"])
    screen.ask_about([photos / "nut" / "nut 0.png"])
    qtbot.waitUntil(lambda: [asked.id for asked in page.batch.asked] == ["nut 0.png"])
    may_read.set()
    qtbot.waitUntil(lambda: not screen.session.background.busy)
    assert [asked.id for asked in page.batch.asked] == ["nut 0.png"]


def test_a_folder_that_is_read_slowly_is_not_asked_about_in_another_project(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, photos: Path, may_read: threading.Event
) -> None:
    other = project_with_run(tmp_path / "other", photos, Recipe())
    screen = opened(window, qtbot, project_with_run(tmp_path / "project", photos, Recipe()))
    screen.ask_about([photos / "bolt"])
    window.session.close_project()
    page = opened(window, qtbot, other).page
    assert page is not None
    may_read.set()
    qtbot.waitUntil(lambda: not screen.session.background.busy)
    assert not page.batch.asked


@pytest.mark.slow
def test_a_row_is_typed_and_a_table_is_asked_whole(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, table: Path
) -> None:
    recipe = Recipe(Modality.TABLE, Kind.REGRESSION)
    screen = opened(window, qtbot, project_with_run(tmp_path / "project", table, recipe))
    page = screen.page
    assert page is not None
    qtbot.waitUntil(lambda: page.answer.title.text() == "50", timeout=START_MS)
    assert page.answer.remark.text().startswith("Such answers are off by 6.65 on average")
    assert page.form is not None
    page.form.set_values({"age": "old"})
    qtbot.waitUntil(lambda: page.answer.title.text() == "No answer")
    assert "age" in page.answer.remark.text()
    new = tmp_path / "new.csv"
    new.write_text("age,job\n" + "31,cook\n" * (PORTION + 3))
    screen.ask_about([new])
    qtbot.waitUntil(lambda: len(page.batch.asked) == PORTION + 3 and not page.batch.waiting)
    assert page.listing
    question = screen._question
    page.form.changed.emit()  # of the last letter typed before the list came up
    assert screen._question == question
    page.back.click()
    assert not page.listing
    assert screen._question != question


@pytest.mark.slow
def test_a_text_is_typed_and_files_are_asked_too(window: MainWindow, qtbot: QtBot, tmp_path: Path, texts: Path) -> None:
    screen = opened(window, qtbot, project_with_run(tmp_path / "project", texts, Recipe(Modality.TEXT)))
    page = screen.page
    assert page is not None
    qtbot.waitUntil(lambda: page.answer.title.text() != "", timeout=START_MS)
    field = page.findChild(QPlainTextEdit)
    assert isinstance(field, QPlainTextEdit)
    assert field.toPlainText().startswith("This is about a ")  # a sample of the run
    with qtbot.waitSignal(screen.asker.answered):
        field.setPlainText("Typed by hand")
    screen.ask_about([texts / "praise"])
    qtbot.waitUntil(lambda: len(page.batch.asked) == 4 and not page.batch.waiting)
    page.back.click()
    assert not page.listing


@pytest.mark.slow
def test_a_damaged_model_is_told_and_can_be_asked_again(qtbot: QtBot, tmp_path: Path) -> None:
    run = record(tmp_path / "run")
    manifest = (run.model_path / "model.json").read_bytes()
    (run.model_path / "model.json").write_text("{}")
    asker = Asker()
    with qtbot.waitSignal(asker.failed, timeout=START_MS) as told:
        asker.use(run.model_path)
    assert "damaged" in told.args[0]
    (run.model_path / "model.json").write_bytes(manifest)
    with qtbot.waitSignal(asker.answered, timeout=START_MS) as answered:
        number = asker.ask([str(tmp_path / "picture-0.png")])
    assert answered.args[:2] == [number, 0]
    asker.close()


def test_the_form_has_a_field_for_every_column(qtbot: QtBot) -> None:
    columns = learned_from(Column(kind.value, kind) for kind in ColumnType)
    dates = [19874.0, 19874.25]
    words = ["cook", None]
    frame = pl.DataFrame({"x:number": [31.5, None], "x:category": words, "x:date": dates, "x:text": ["so", None]})
    form = RowForm(columns, frame, choices_of(columns, frame))
    qtbot.addWidget(form)
    with qtbot.waitSignal(form.changed):
        form.fill_from(0)
    assert form.values() == {"number": "31.5", "category": "cook", "date": "2024-05-31", "text": "so"}
    form.fill_from(1)
    assert form.values() == {"number": "", "category": "", "date": "2024-05-31T06:00:00", "text": ""}
    combo = form.findChild(QComboBox)
    assert isinstance(combo, QComboBox)
    assert [combo.itemText(place) for place in range(combo.count())] == ["", "cook"]
    field = form.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    form.show()
    with qtbot.waitSignal(form.changed):
        qtbot.keyClicks(field, "7")


def test_of_very_many_columns_the_first_have_fields_and_the_others_keep_the_sample(qtbot: QtBot) -> None:
    columns = learned_from(Column(f"c{number}", ColumnType.CATEGORY) for number in range(MOST_FIELDS + 300))
    frame = pl.DataFrame({f"x:{column.name}": [f"value of {column.name}", None] for column in columns})
    choices = choices_of(columns, frame)
    form = RowForm(columns, frame, choices)
    qtbot.addWidget(form)
    form.fill_from(0)
    assert len(choices) == len(form.findChildren(QComboBox)) == MOST_FIELDS
    assert form.values() == {column.name: f"value of {column.name}" for column in columns}
    said = [label.text() for label in form.findChildren(QLabel)]
    assert "300 more columns are not shown, and asked about as in the sample." in said
    form.fill_from(1)
    assert set(form.values().values()) == {""}


def test_five_classes_are_shown_and_more_when_asked(qtbot: QtBot) -> None:
    view = AnswerView()
    qtbot.addWidget(view)
    view.show()
    shares = tuple((f"class {number}", 0.5 / 2**number) for number in range(12))
    view.show_answer(Answer("class 0", shares))
    short = view.bars.sizeHint().height()

    assert view.bars.accessibleDescription().startswith("class 0 50%, class 1 25%")
    assert view.more.text() == "Show all 12"
    qtbot.mouseClick(view.more, Qt.MouseButton.LeftButton)
    assert view.bars.sizeHint().height() == short // 5 * 12
    view.show_answer(None, "…")
    assert view.title.text() == "…"
    assert not view.bars.isVisible()
