"""Real data labelled in the window by real key presses alone, opened again, written for other tools, and read back."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pytest
from PySide6.QtCore import QCoreApplication, QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from engine.task import Kind
from labeling.annotations.marks import Mark
from labeling.annotations.model import Box, Region, Span
from labeling.batch import Batch
from labeling.importing import read, understand
from labeling.understanding import SAID
from studio.data.screen import DataScreen
from studio.label.screen import LabelScreen
from studio.window import MainWindow
from tests.e2e.conftest import Autodidact

K = Qt.Key
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
SHIFT, NONE = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier
PATIENCE_MS = 60_000
Opened = Callable[[], MainWindow]


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opened]:
    """Opens the studio's window, each time anew; its settings and projects lie in a folder of the test."""
    QCoreApplication.setOrganizationName("Autodidact")
    QCoreApplication.setApplicationName("Autodidact Studio")
    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, str(tmp_path / "settings"))
    monkeypatch.setenv("AUTODIDACT_HOME", str(tmp_path / "projects"))
    made: list[MainWindow] = []

    def open_one() -> MainWindow:
        window = MainWindow()
        qtbot.addWidget(window)
        window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow, timeout=PATIENCE_MS)
        made.append(window)
        return window

    yield open_one
    for window in made:
        window.close()


def press(key: Qt.Key, held: Qt.KeyboardModifier = NONE, times: int = 1) -> None:
    """Press a key wherever the focus is."""
    for _ in range(times):
        focus = QApplication.focusWidget()
        assert isinstance(focus, QWidget)
        QTest.keyClick(focus, key, held)


def type_in(words: str) -> None:
    """Type words wherever the focus is, then Return."""
    focus = QApplication.focusWidget()
    assert isinstance(focus, QWidget)
    QTest.keyClicks(focus, words)
    press(K.Key_Return)


def labelled(window: MainWindow, source: Path, qtbot: QtBot, classes: tuple[str, ...], kind: Kind) -> LabelScreen:
    """Take a source in as samples to label, go to Label and name the classes there."""
    data = window.page("data")
    assert isinstance(data, DataScreen)
    data.drop([source])
    qtbot.waitUntil(lambda: data.intake.shown is not None, timeout=PATIENCE_MS)
    data.intake.pick("kind", SAID[kind])
    qtbot.waitUntil(lambda: data.intake.shown is not None and data.intake.shown.kind is kind, timeout=PATIENCE_MS)
    data.sheet.take.setFocus()
    press(K.Key_Space)
    qtbot.waitUntil(lambda: len(window.session.library.listing) > 0, timeout=PATIENCE_MS)
    return at_label(window, qtbot, classes)


def at_label(window: MainWindow, qtbot: QtBot, classes: tuple[str, ...] = ()) -> LabelScreen:
    press(K.Key_2, CTRL)
    screen = window.page("label")
    assert isinstance(screen, LabelScreen)
    qtbot.waitUntil(screen.isVisible, timeout=PATIENCE_MS)
    screen.setFocus()
    if classes:
        press(K.Key_N)
        for name in classes:
            type_in(name)
        press(K.Key_Escape)
    return screen


def marks(window: MainWindow) -> dict[str, tuple[Mark, ...]]:
    project = window.session.project
    assert project is not None
    return project.marks(project.ids())


def closed(window: MainWindow) -> Path:
    """Close a window and return where its project lies."""
    project = window.session.project
    assert project is not None
    window.close()
    return project.path


def exported(command: Autodidact, project: Path, form: str, out: Path) -> Path:
    done = command("labels", "export", project, "--to", form, "--out", out)
    assert done.code == 0, done.err
    return out


def read_back(folder: Path) -> Batch:
    return read(understand(folder))


def stored_marks(batch: Batch) -> dict[str, list[list[object]]]:
    rows = batch.frame.filter(pl.col("marks").is_not_null()).select("id", "marks").iter_rows()
    return {name: json.loads(stored) for name, stored in rows}


def some_files(folder: Path, ending: str, count: int, into: Path) -> Path:
    into.mkdir()
    for path in sorted(folder.rglob(f"*{ending}"))[:count]:
        shutil.copy(path, into / path.name)
    return into


def test_photos(shared_data: Path, opened: Opened, tmp_path: Path, qtbot: QtBot, autodidact: Autodidact) -> None:
    photos = some_files(shared_data / "blood_cells_boxes", ".jpg", 4, tmp_path / "cells")
    window = opened()
    screen = labelled(window, photos, qtbot, ("red", "white"), Kind.MULTILABEL)
    stage = screen.bench.photo_stage
    qtbot.waitUntil(lambda: stage.seen() is not None, timeout=PATIENCE_MS)
    press(K.Key_R, SHIFT)
    press(K.Key_2)
    press(K.Key_Left, CTRL, times=3)
    press(K.Key_Down, ALT, times=5)
    press(K.Key_R, SHIFT)
    press(K.Key_1)
    press(K.Key_D)
    press(K.Key_P, CTRL)
    press(K.Key_D)
    press(K.Key_1)  # a class of the whole photo, without a box
    made = marks(window)
    first, second = sorted(made)
    assert [mark.label for mark in made[first]] == ["white", "red"]
    assert made[second] == made[first]
    path = closed(window)

    again = opened()
    assert again.session.open_project(path)
    assert marks(again) == made
    qtbot.waitUntil(lambda: len(again.session.library.listing) == 4, timeout=PATIENCE_MS)
    assert again.session.library.listing.labels == [("red", "white"), ("red", "white"), ("red",), None]
    closed(again)

    out = exported(autodidact, path, "coco", tmp_path / "coco")
    for photo in photos.iterdir():
        shutil.copy(photo, out / photo.name)
    boxes = stored_marks(read_back(out))
    for name in (first, second):
        mine = [mark for mark in made[name] if isinstance(mark, Box)]
        assert [box[0] for box in boxes[name]] == [mark.label for mark in mine]
        for got, mark in zip(boxes[name], mine, strict=True):
            assert got[1:] == pytest.approx([mark.x, mark.y, mark.width, mark.height], abs=0.01)


def test_sounds(shared_data: Path, opened: Opened, tmp_path: Path, qtbot: QtBot, here: Autodidact) -> None:
    sounds = some_files(shared_data / "esc10", ".ogg", 3, tmp_path / "sounds")
    window = opened()
    screen = labelled(window, sounds, qtbot, ("bark", "rain"), Kind.MULTILABEL)
    stage = screen.bench.sound_stage
    qtbot.waitUntil(lambda: stage.seconds > 4, timeout=PATIENCE_MS)
    press(K.Key_K, times=5)
    press(K.Key_BracketLeft)
    press(K.Key_K, times=10)
    press(K.Key_BracketRight)
    press(K.Key_2)
    press(K.Key_Left, ALT | SHIFT, times=3)
    press(K.Key_Escape)
    press(K.Key_Space)
    qtbot.waitUntil(lambda: stage.player.position > 1.7, timeout=PATIENCE_MS)
    press(K.Key_M, CTRL)
    press(K.Key_1)
    press(K.Key_Right, ALT | CTRL, times=2)
    press(K.Key_Space)
    press(K.Key_D)
    press(K.Key_P, CTRL)
    made = marks(window)
    first, second = sorted(made)
    assert [mark.label for mark in made[first]] == ["rain", "bark"]
    rain = made[first][0]
    assert isinstance(rain, Region)
    assert rain.end - rain.start == pytest.approx(1.03, abs=0.02)
    assert made[second] == made[first]
    path = closed(window)

    again = opened()
    assert again.session.open_project(path)
    assert marks(again) == made
    closed(again)

    out = exported(here, path, "audacity", tmp_path / "tracks")
    for sound in sounds.iterdir():
        shutil.copy(sound, out / sound.name)
    regions = stored_marks(read_back(out))
    assert sorted(regions) == [first, second]
    for name in (first, second):
        mine = [mark for mark in made[name] if isinstance(mark, Region)]
        assert [region[:3] for region in regions[name]] == [[mark.label, mark.start, mark.end] for mark in mine]


def test_texts(shared_data: Path, opened: Opened, tmp_path: Path, qtbot: QtBot, here: Autodidact) -> None:
    source = some_files(shared_data / "movie_reviews_txt", ".txt", 5, tmp_path / "reviews")
    (source / "0.txt").write_text("Ada 😀 met Grace in London.", "utf-8")
    window = opened()
    labelled(window, source, qtbot, ("person", "place"), Kind.MULTILABEL)
    press(K.Key_R)
    press(K.Key_Right, CTRL | SHIFT)
    press(K.Key_1)
    press(K.Key_Escape)
    press(K.Key_End, CTRL)
    press(K.Key_Left)
    press(K.Key_Left, CTRL | SHIFT)
    press(K.Key_2)
    press(K.Key_D)
    press(K.Key_Home, CTRL)
    press(K.Key_Right, CTRL | SHIFT, times=2)
    press(K.Key_1)
    press(K.Key_Right, ALT | CTRL)
    made = marks(window)
    first, second = sorted(made)
    words = {name: (source / name).read_text(encoding="utf-8") for name in made}
    assert [words[first][mark.start : mark.end] for mark in made[first] if isinstance(mark, Span)] == ["Ada", "London"]
    (longer,) = made[second]
    assert isinstance(longer, Span)
    assert len(words[second][longer.start : longer.end].split()) >= 2
    path = closed(window)

    again = opened()
    assert again.session.open_project(path)
    assert marks(again) == made
    closed(again)

    out = exported(here, path, "jsonl", tmp_path / "spans")
    for text in source.iterdir():
        shutil.copy(text, out / text.name)
    spans = stored_marks(read_back(out))
    assert [tuple(span) for span in spans[first]] == [("person", 0, 3), ("place", 19, 25)]
    assert [tuple(span) for span in spans[second]] == [("person", longer.start, longer.end)]


def test_tables(shared_data: Path, opened: Opened, tmp_path: Path, qtbot: QtBot, here: Autodidact) -> None:
    rows = pl.read_csv(shared_data / "titanic" / "train.csv").head(60)
    target = next(name for name in rows.columns if name.lower() == "survived")
    hidden = rows.with_columns(pl.when(pl.int_range(pl.len()) >= 4).then(pl.col(target)).alias(target))
    source = tmp_path / "passengers.csv"
    hidden.write_csv(source)
    window = opened()
    data = window.page("data")
    assert isinstance(data, DataScreen)
    data.drop([source])
    qtbot.waitUntil(lambda: data.intake.shown is not None, timeout=PATIENCE_MS)
    assert data.intake.shown is not None and data.intake.shown.target == target
    data.sheet.take.setFocus()
    press(K.Key_Space)
    qtbot.waitUntil(lambda: len(window.session.library.listing) == 60, timeout=PATIENCE_MS)
    at_label(window, qtbot)
    assert window.session.library.class_names == ["0", "1"]
    for number in (2, 1, 2, 2):
        press(K.Key_2 if number == 2 else K.Key_1)
    assert window.session.library.listing.labels[:4] == ["1", "0", "1", "1"]
    press(K.Key_Z, CTRL)
    path = closed(window)

    again = opened()
    assert again.session.open_project(path)
    qtbot.waitUntil(lambda: len(again.session.library.listing) == 60, timeout=PATIENCE_MS)
    assert again.session.library.listing.labels[:4] == ["1", "0", "1", None]
    at_label(again, qtbot)
    press(K.Key_Y, CTRL)
    assert again.session.library.listing.labels[:4] == ["1", "0", "1", "1"]
    closed(again)

    out = exported(here, path, "csv", tmp_path / "table")
    written = pl.read_csv(next(out.glob("*.csv")))
    column = next(name for name in written.columns if name.lower() in (target.lower(), "label", "labels"))
    assert [str(value) for value in written[column].to_list()[:4]] == ["1", "0", "1", "1"]
    assert [str(v) for v in written[column].to_list()[4:]] == [str(v) for v in rows[target].to_list()[4:]]
