from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from engine.results.figures import class_figures
from engine.results.report import load_previous, load_report
from engine.run.folder import RunFolder
from engine.run.tail import EventTail
from engine.task import Kind, Modality
from studio.results.classes_view import ClassesModel, ClassesView
from studio.results.confusion_view import ConfusionModel, ConfusionView
from studio.results.page import ResultsPage
from studio.results.samples import Samples
from studio.results.samples_view import SampleLine, SamplesModel
from studio.train.progress import RunProgress
from tests.studio.recorded_runs import Recipe, record

MATRIX = np.array([[8, 2, 0], [1, 9, 0], [0, 3, 0]])
NAMES = ("bolt", "nut", "washer")


def decode(path: str, _content: str) -> QImage:
    return QImage(path)


def page_of(qtbot: QtBot, path: Path, recipe: Recipe) -> ResultsPage:
    run = record(path, recipe)
    progress = RunProgress()
    for event in EventTail(run.events_path).poll():
        progress.take(event)
    report = load_report(run)
    assert report is not None
    page = ResultsPage(decode)
    qtbot.addWidget(page, before_close_func=lambda closed: closed.close_down())
    page.show_report(report, Samples(report, run.dataset()), load_previous(run), progress)
    page.resize(900, 600)
    page.show()
    return page


def test_the_matrix_is_a_sound_model_that_speaks(qtmodeltester: ModelTester) -> None:
    model = ConfusionModel()
    model.show_matrix(MATRIX, NAMES)
    qtmodeltester.check(model)
    cell = model.index(0, 1)

    assert (cell.data(), model.index(0, 2).data()) == ("2", "")
    assert cell.data(Qt.ItemDataRole.AccessibleTextRole) == "bolt: 2 of 10 named nut"
    assert cell.data(Qt.ItemDataRole.UserRole) == 0.2
    assert model.headerData(1, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole) == "What the model said: nut"


def test_a_cell_opens_by_mouse_and_by_keyboard(qtbot: QtBot) -> None:
    view = ConfusionView()
    qtbot.addWidget(view)
    view.show_matrix(MATRIX, NAMES)
    view.resize(500, 200)
    view.show()
    place: QPoint = view.visualRect(view.counts.index(1, 0)).center()
    with qtbot.waitSignal(view.cell_opened) as opened:
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert opened.args == [1, 0]
    with qtbot.waitSignal(view.cell_opened) as opened:
        qtbot.keyClick(view, Qt.Key.Key_Right)
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert opened.args == [1, 1]


def test_a_hundred_classes_scroll(qtbot: QtBot) -> None:
    view = ConfusionView()
    qtbot.addWidget(view)
    view.show_matrix(np.eye(100, dtype=np.int64), tuple(f"a long name of class {n}" for n in range(100)))
    view.resize(600, view.sizeHint().height())
    view.show()

    assert view.sizeHint().height() <= 480
    assert view.horizontalScrollBar().maximum() > 0
    assert view.verticalScrollBar().maximum() > 0


def test_classes_are_a_sound_model_weakest_first(qtmodeltester: ModelTester, qtbot: QtBot) -> None:
    model = ClassesModel()
    model.show_classes(class_figures(MATRIX, NAMES))
    qtmodeltester.check(model)
    assert model.index(0, 1).data() == "8 of 10  (49–94%)"
    assert model.index(2, 2).data() == "never said"
    view = ClassesView()
    qtbot.addWidget(view)
    view.show_classes(class_figures(MATRIX, NAMES))

    assert [view.model().index(row, 0).data() for row in range(3)] == ["washer", "bolt", "nut"]


def test_samples_are_a_sound_model_whose_pictures_come_later(
    qtmodeltester: ModelTester, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "a.png"
    image = QImage(20, 10, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    image.save(str(path))
    model = SamplesModel(decode)
    model.show_samples([SampleLine("a", "is nut", "a.png", str(path)), SampleLine("b", "is bolt", "b")])
    qtmodeltester.check(model)
    if model.index(0).data(Qt.ItemDataRole.DecorationRole) is None:
        with qtbot.waitSignal(model.dataChanged):
            pass

    assert not model.index(0).data(Qt.ItemDataRole.DecorationRole).isNull()
    assert model.index(1).data(Qt.ItemDataRole.DecorationRole) is None
    model.thumbnails.close()


def test_opening_a_cell_shows_its_samples_and_there_is_a_way_back(qtbot: QtBot, tmp_path: Path) -> None:
    page = page_of(qtbot, tmp_path / "run", Recipe(skill=0.6))
    assert page.samples.heading.text() == "Worst mistakes first"
    page.confusion.cell_opened.emit(0, 1)

    assert page.samples.heading.text().endswith(": is bolt, it said nut")
    shown = page.samples.model.rowCount()
    with qtbot.waitSignal(page.label_wanted) as wanted:
        page.samples.label.click()
    assert len(wanted.args[0]) == shown
    page.confusion.cell_opened.emit(0, 0)
    assert page.samples.heading.text().endswith(": bolt, rightly")
    page.samples.back.click()
    assert page.samples.heading.text() == "Worst mistakes first"


def test_a_number_shows_answers_beside_the_truth(qtbot: QtBot, tmp_path: Path) -> None:
    page = page_of(qtbot, tmp_path / "run", Recipe(Modality.TABLE, Kind.REGRESSION))

    assert page.scatter.isVisible()
    assert not page.confusion.isVisible()
    assert page.scatter.accessibleDescription().startswith("84 answers between ")


def test_several_classes_show_each_class_without_a_matrix(qtbot: QtBot, tmp_path: Path) -> None:
    page = page_of(qtbot, tmp_path / "run", Recipe(kind=Kind.MULTILABEL))

    assert not page.confusion.isVisible()
    assert not page.scatter.isVisible()
    assert page.classes.figures.rowCount() == 3
    assert page.samples.heading.text() == "Worst mistakes first"
    assert page.samples.model.index(0, 0).data() == "is nut and washer, it said washer (nut: 2%)"


def test_the_run_before_and_all_figures_are_there(qtbot: QtBot, tmp_path: Path) -> None:
    record(tmp_path / "run-1", Recipe(skill=0.7))
    page = page_of(qtbot, tmp_path / "run-2", Recipe())
    page.measures.switch.click()

    assert page.compared.text().startswith("The training before was right on 77 of 100")
    texts = [label.text() for label in page.measures.findChildren(type(page.headline))]
    assert "Accuracy" in texts
    assert "Area under the learning curve (ALC)" in texts


def test_a_narrow_window_puts_one_below_the_other(qtbot: QtBot, tmp_path: Path) -> None:
    page = page_of(qtbot, tmp_path / "run", Recipe())
    page.resize(650, 600)

    def place(widget: QWidget) -> QPoint:
        return widget.mapTo(page, QPoint())

    qtbot.waitUntil(lambda: place(page.samples).y() > place(page.confusion).y() + page.confusion.height())
    page.resize(1200, 600)
    qtbot.waitUntil(lambda: place(page.samples).x() > place(page.confusion).x() + page.confusion.width())


def test_a_cell_stays_open_when_the_model_gets_better(qtbot: QtBot, tmp_path: Path) -> None:
    page = page_of(qtbot, tmp_path / "run", Recipe())
    run = RunFolder.open(tmp_path / "run")
    report = load_report(run)
    assert report is not None
    page.confusion.cell_opened.emit(0, 1)
    opened = page.samples.heading.text()
    page.show_report(report, Samples(report, run.dataset()), None, RunProgress())
    assert page.samples.heading.text() == opened
    page.samples.all_wanted.emit()
    page.show_report(report, Samples(report, run.dataset()), None, RunProgress())
    assert page.samples.heading.text() != opened
