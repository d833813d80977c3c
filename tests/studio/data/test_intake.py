"""Drops of several things, what is known already, what is refused, and archives that leave nothing behind."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.dataset import INPUT_PREFIX
from labeling.errors import Cancelled, ProjectError
from labeling.importing import read
from labeling.project import Project
from labeling.unpacked import home
from studio.data.pasting import pasted_paths
from studio.data.problem_list import ProblemList
from studio.data.screen import DataScreen
from studio.window import MainWindow


@pytest.fixture
def screen(window: MainWindow) -> DataScreen:
    made = window.page("data")
    assert isinstance(made, DataScreen)
    return made


def shown(screen: DataScreen, qtbot: QtBot) -> str:
    qtbot.waitUntil(screen.sheet.isVisible)
    return screen.sheet.sentence.accessibleName()


def accept(screen: DataScreen, samples: int, qtbot: QtBot) -> None:
    QTest.mouseClick(screen.sheet.take, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(screen.browser.listing) == samples and not screen.intake.busy)


def test_many_loose_photos_are_one_drop(screen: DataScreen, loose_photos: Path, qtbot: QtBot) -> None:
    screen.drop(sorted(loose_photos.iterdir())[:5])
    assert shown(screen, qtbot).startswith("5 photos without labels")
    accept(screen, 5, qtbot)


def test_class_folders_are_one_drop_and_what_is_there_is_not_taken_twice(
    window: MainWindow, screen: DataScreen, photos: Path, qtbot: QtBot
) -> None:
    screen.drop([photos / "bolt", photos / "washer"])
    assert shown(screen, qtbot) == "8 photos in 2 folders → sort photos into bolt / washer"
    accept(screen, 8, qtbot)
    screen.drop([photos])
    shown(screen, qtbot)
    accept(screen, 12, qtbot)
    said = [bar.words for bar in window.messages.bars()]
    assert said == ["8 photos of “bolts and nuts” were here already, and not taken twice."]
    screen.session.undo()
    qtbot.waitUntil(lambda: len(screen.browser.listing) == 8)


def test_unrelated_data_sets_are_asked_for_one_by_one(
    screen: DataScreen, photos: Path, table: Path, qtbot: QtBot
) -> None:
    screen.drop([photos, table])
    assert shown(screen, qtbot).startswith("14 photos in 3 folders")
    screen.intake.refuse()
    qtbot.waitUntil(lambda: "rows with" in screen.sheet.sentence.accessibleName())
    screen.intake.refuse()
    qtbot.waitUntil(lambda: not screen.intake.busy)
    assert screen.session.project is None


@pytest.mark.parametrize("wish", [("apart", "none kept apart for the test"), ("target", "price")])
def test_days_and_months_stay_where_a_further_table_is_looked_at_anew(
    screen: DataScreen, tmp_path: Path, qtbot: QtBot, wish: tuple[str, str]
) -> None:
    first, further = tmp_path / "first.csv", tmp_path / "further.csv"
    sold = [f"{1 + n % 12}/{1 + n % 28}/2024,{n % 7},{n}.5" for n in range(60)]
    first.write_text("\n".join(["sold,rooms,price", *sold]))
    few = [f"3/{1 + n % 9}/2024,{n % 7},{n}.5,{'test' if n % 4 else 'train'}" for n in range(20)]
    further.write_text("\n".join(["sold,rooms,price,split", *few]))
    screen.drop([first])
    shown(screen, qtbot)
    accept(screen, 60, qtbot)
    screen.drop([further])
    assert "15 kept apart for the test" in shown(screen, qtbot)
    screen.intake.pick(*wish)
    qtbot.waitUntil(lambda: screen.intake.shown is not None)
    assert ("none kept apart" in screen.sheet.sentence.accessibleName()) is (wish[0] == "apart")
    accept(screen, 80, qtbot)
    project = screen.session.project
    assert project is not None
    frame = project.frame()
    days = frame[INPUT_PREFIX + "sold"].to_list()
    assert days[61] - days[60] == 1
    assert frame["split"].null_count() == (80 if wish[0] == "apart" else 60)


def packed(photos: Path) -> Path:
    return Path(shutil.make_archive(str(photos), "zip", photos))


def test_a_refused_archive_does_not_stay_unpacked(screen: DataScreen, photos: Path, qtbot: QtBot) -> None:
    screen.drop([packed(photos)])
    shown(screen, qtbot)
    assert len(list(home().iterdir())) == 1
    screen.intake.refuse()
    qtbot.waitUntil(lambda: not list(home().iterdir()))


def test_an_archive_whose_second_look_is_stopped_does_not_stay_unpacked(
    screen: DataScreen, photos: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen.drop([packed(photos)])
    shown(screen, qtbot)
    assert len(list(home().iterdir())) == 1
    monkeypatch.setattr("labeling.importing.understand", until_cancelled)
    assert screen.intake.shown is not None
    kinds = next(part.options for part in screen.intake.shown.sentence() if part.field == "kind")
    screen.intake.pick("kind", kinds[1])
    screen.intake.cancel()
    qtbot.waitUntil(lambda: not list(home().iterdir()))
    qtbot.waitUntil(lambda: not screen.intake.busy)


def until_cancelled(*_args: object, cancelled: Callable[[], bool], **_wish: object) -> None:
    while not cancelled():
        time.sleep(0.01)
    raise Cancelled


def test_an_archive_that_was_taken_in_stays(screen: DataScreen, photos: Path, qtbot: QtBot) -> None:
    screen.drop([packed(photos)])
    shown(screen, qtbot)
    accept(screen, 12, qtbot)
    screen.drop([packed(photos)])
    shown(screen, qtbot)
    screen.intake.refuse()
    qtbot.waitUntil(lambda: not screen.intake.busy and not screen.session.background.busy)
    assert len(list(home().iterdir())) == 1
    assert screen.session.project is not None
    assert screen.session.project.missing() == []


def test_the_list_of_what_was_left_out_is_saved(screen: DataScreen, photos: Path, tmp_path: Path, qtbot: QtBot) -> None:
    screen.drop([photos])
    shown(screen, qtbot)
    accept(screen, 12, qtbot)
    screen.list_problems()
    listed = screen.findChild(ProblemList)
    assert isinstance(listed, ProblemList)
    listed.save(tmp_path / "left out.csv")
    lines = (tmp_path / "left out.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "file,what happened"
    assert sorted(line.partition(",")[0] for line in lines[1:]) == ["nut/broken.jpg", "nut/empty.png"]
    listed.save(tmp_path / "no folder" / "left out.csv")
    assert "could not be written" in listed.saying.text()
    listed.close()


def put(mime: QMimeData) -> list[Path]:
    QGuiApplication.clipboard().setMimeData(mime)
    return pasted_paths()


def test_files_paths_and_pictures_are_pasted(screen: DataScreen, loose_photos: Path, qtbot: QtBot) -> None:
    first, second = sorted(loose_photos.iterdir())[:2]
    files = QMimeData()
    files.setUrls([QUrl.fromLocalFile(str(first))])
    assert put(files) == [first]
    words = QMimeData()
    words.setText(f'"{first}"\n{second}\nno such file\n{"x" * 9000}')
    assert put(words) == [first, second]
    words = QMimeData()
    words.setText("~")
    assert put(words) == [Path.home()]
    picture = QMimeData()
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    picture.setImageData(image)
    QGuiApplication.clipboard().setMimeData(picture)
    screen.setFocus()
    QTest.keyClick(screen, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert shown(screen, qtbot).startswith("1 photo without labels")
    accept(screen, 1, qtbot)


def test_an_empty_clipboard_is_said(window: MainWindow, screen: DataScreen) -> None:
    QGuiApplication.clipboard().clear()
    screen.paste()
    assert "on the clipboard" in window.messages.bars()[-1].words


def test_what_could_not_be_taken_in_is_shown_again_as_it_was_chosen(
    screen: DataScreen, photos: Path, table: Path, qtbot: QtBot
) -> None:
    screen.drop([photos])
    shown(screen, qtbot)
    accept(screen, 12, qtbot)
    screen.drop([packed(loose(table.parent))])
    before = shown(screen, qtbot)
    project = screen.session.project
    assert project is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(project), "add", refused)
        QTest.mouseClick(screen.sheet.take, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: screen.intake.shown is not None)
    assert screen.sheet.sentence.accessibleName() == before
    accept(screen, 15, qtbot)


def loose(folder: Path) -> Path:
    """Three photos more, in no class."""
    made = folder / "more"
    made.mkdir()
    for number in range(3):
        image = QImage(40, 30, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.red)
        image.setPixelColor(number, 0, Qt.GlobalColor.blue)
        assert image.save(str(made / f"{number}.png"))
    return made


def refused(*_: object) -> None:
    raise ProjectError("The disk is full.")


def test_why_a_first_drop_could_not_be_taken_in_is_said_though_its_project_goes(
    window: MainWindow, screen: DataScreen, tmp_path: Path, qtbot: QtBot
) -> None:
    folder = tmp_path / "broken"
    for name in ("bolt", "nut"):
        (folder / name).mkdir(parents=True)
        (folder / name / "1.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"no picture" * 20)
    screen.drop([packed(folder)])
    qtbot.waitUntil(lambda: bool(window.messages.bars()) or screen.sheet.isVisible())
    if screen.sheet.isVisible():
        QTest.mouseClick(screen.sheet.take, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(window.messages.bars()) and not screen.intake.busy)
    assert screen.session.project is None
    assert not screen.sheet.isVisible()


@pytest.fixture
def reading_waits(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """What is taken in is read no sooner than this is set."""
    may_read = threading.Event()

    def read_later(*given: Any, **wished: Any) -> object:
        may_read.wait()
        return read(*given, **wished)

    monkeypatch.setattr("labeling.importing.read", read_later)
    yield may_read
    may_read.set()


def test_what_is_taken_in_stops_where_another_project_is_opened(
    window: MainWindow,
    screen: DataScreen,
    loose_photos: Path,
    tmp_path: Path,
    reading_waits: threading.Event,
    qtbot: QtBot,
) -> None:
    session = window.session
    for name in ("first", "second"):
        Project.create(tmp_path / name).close()
    assert session.open_project(tmp_path / "first")
    screen.drop([loose_photos])
    shown(screen, qtbot)
    QTest.mouseClick(screen.sheet.take, Qt.MouseButton.LeftButton)
    assert screen.intake.busy
    window.go("label")
    assert session.open_project(tmp_path / "second")
    reading_waits.set()
    qtbot.waitUntil(lambda: not session.background.busy)
    assert screen.intake.shown is None
    assert not screen.intake.busy
    assert window.shown == "label"
    assert window.messages.bars() == []
    assert session.project is not None
    assert session.project.count() == 0
