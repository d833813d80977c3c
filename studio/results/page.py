"""The page of results: the headline, what was taken for what, the samples behind it, each class, the curve."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from engine.results import words
from engine.results.report import Report
from studio import wording
from studio.picture_loader import Decode
from studio.results.classes_view import ClassesView
from studio.results.confusion_view import ConfusionView
from studio.results.measures_view import MeasuresDrawer
from studio.results.samples import Samples
from studio.results.samples_view import SamplesPanel
from studio.results.scatter_view import ScatterView
from studio.theme import SPACE
from studio.train.curve_view import CurveView
from studio.train.progress import RunProgress
from studio.widgets.basics import card, text
from studio.widgets.note import Note

NARROW = 860


class ResultsPage(QWidget):
    """Shows a :class:`Report`. Emits ``label_wanted`` with sample ids and what they are."""

    label_wanted = Signal(list, str)

    def __init__(self, decode: Decode) -> None:
        super().__init__()
        self._report: Report | None = None
        self._samples: Samples | None = None
        self._cell: tuple[int, int] | None = None  # the truth and what was said, where a cell was opened
        self.headline = text("", "display")
        self.interval = text("", "heading")
        self.remarks = text("", "muted")
        self.compared = text("", "muted")
        self.notes = Note("info")
        self.confusion = ConfusionView()
        self.scatter = ScatterView()
        self.classes = ClassesView()
        self.samples = SamplesPanel(decode)
        self.curve = CurveView()
        self.measures = MeasuresDrawer()
        self.confusion.cell_opened.connect(self._open_cell)
        self.samples.all_wanted.connect(self._show_worst)
        self.samples.label_wanted.connect(self.label_wanted)
        self._arrange()

    def _arrange(self) -> None:
        head = card(self.headline, self.interval, self.remarks, self.compared, spacing=SPACE // 2)
        self._grid_card = card(
            text("What was taken for what", "heading"),
            text("Rows are what they are, columns what the model said. Open a cell to see its samples.", "caption"),
            self.confusion,
        )
        grid_column = self._grid_card.layout()
        assert isinstance(grid_column, QVBoxLayout)
        grid_column.addStretch(1)
        self._scatter_card = card(text("Answers beside the truth", "heading"), self.scatter)
        scatter_column = self._scatter_card.layout()
        assert isinstance(scatter_column, QVBoxLayout)
        scatter_column.addStretch(1)
        self._pair = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._pair.setSpacing(SPACE)
        self._pair.addWidget(self._grid_card, 3)
        self._pair.addWidget(self._scatter_card, 3)
        self._pair.addWidget(card(self.samples), 2)
        self._classes_card = card(text("Each class, weakest first", "heading"), self.classes)
        curve_card = card(text("How it got there", "heading"), self.curve, self.measures)
        self.curve.setFixedHeight(320)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE)
        layout.addWidget(head)
        layout.addWidget(self.notes)
        layout.addLayout(self._pair)
        layout.addWidget(self._classes_card)
        layout.addWidget(curve_card)
        layout.addStretch(1)

    def show_report(self, report: Report, samples: Samples, previous: Report | None, progress: RunProgress) -> None:
        """Show a run's model as measured, beside the run before it if there is one."""
        same_run = self._report is not None and self._report.run_path == report.run_path
        self._report, self._samples = report, samples
        self.headline.setText(words.headline(report))
        self.interval.setText(words.interval(report))
        self.remarks.setText(f"{words.uncertainty(report)} {words.ending(report)}")
        self.compared.setText(words.comparison(report, previous) if previous is not None else "")
        self.compared.setVisible(previous is not None)
        notes = [str(note) for note in (report.result or {}).get("notes", [])]
        self.notes.say("info", "\n".join(notes))
        self.notes.setVisible(bool(notes))
        self._grid_card.setVisible(report.classifies and not report.several)
        self._classes_card.setVisible(report.classifies)
        self._scatter_card.setVisible(not report.classifies)
        if report.classifies:
            if not report.several:
                self.confusion.show_matrix(report.matrix, report.task.classes)
            self.classes.show_classes(report.classes)
        else:
            self.scatter.show_answers(report.verdicts.truth, report.verdicts.said, report.task.target or "value")
        self.measures.show_result(report.result)
        self.show_curve(progress)
        if same_run and self._cell is not None:
            self._open_cell(*self._cell)  # a better model of the run looked at: whoever opened a cell reads on there
        else:
            self._show_worst()

    def close_down(self) -> None:
        """End the threads that decode thumbnails."""
        self.samples.close_down()

    def show_curve(self, progress: RunProgress) -> None:
        """Show the curve so far."""
        self.curve.show_progress(progress)

    def _show_worst(self) -> None:
        self._cell = None
        report, samples = self._report, self._samples
        if report is None or samples is None:
            return
        title = words.worst_title(report)
        self.samples.show_samples(title, samples.worst, len(report.worst), chosen=False)

    def _open_cell(self, truth: int, said: int) -> None:
        report, samples = self._report, self._samples
        if report is None or samples is None:
            return
        self._cell = (truth, said)
        rows = report.cell(truth, said)
        names = report.task.classes
        things = wording.things(report.task.modality, len(rows))
        if truth == said:
            title = f"{things}: {names[truth]}, rightly"
        else:
            title = f"{things}: is {names[truth]}, it said {names[said]}"
        self.samples.show_samples(title, samples.lines(rows), len(rows), chosen=True)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < NARROW
        self._pair.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)
