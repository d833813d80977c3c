"""The Results screen: reads a run in the background, shows it, and opens the samples behind a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QScrollArea, QStackedWidget, QVBoxLayout
from typing_extensions import override

from engine.results.words import headline
from studio.background import Job, explain
from studio.screen import Screen, ScreenState
from studio.session import Session
from studio.train.progress import RunProgress
from studio.train.replay import said_so_far
from studio.widgets.preview import Preview, Shape, grid

if TYPE_CHECKING:
    from engine.events import Event
    from engine.results.report import Report
    from engine.run.folder import RunFolder
    from studio.results.page import ResultsPage
    from studio.results.samples import Samples

_SHAPES: list[Shape] = [
    (0.0, 0.0, 0.46, 0.12, "text"),
    (0.0, 0.17, 0.7, 0.05, "control"),
    *grid(0.0, 0.3, 0.44, 0.7, 5),
    *((0.5, 0.3 + 0.18 * line, 0.5, 0.13, "control") for line in range(4)),
]


def build(session: Session) -> Screen:
    """Return the Results screen."""
    return ResultsScreen(session)


class ResultsScreen(Screen):
    """How good the model is, and where it goes wrong."""

    id = "results"
    title = "Results"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.progress = RunProgress()
        self.report: Report | None = None
        self.page: ResultsPage | None = None
        self._job: Job | None = None
        self._stale = True
        self._shown = False
        empty = Preview(
            _SHAPES,
            "No results yet",
            "After training: how often it is right on samples it never saw, and which it takes for another.",
        )
        empty.offer("Train first", lambda: session.screen_wanted.emit("train"))
        self._pages = QStackedWidget()
        self._pages.addWidget(empty)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setAccessibleName(self.title)
        self._pages.addWidget(self._area)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        session.run_opened.connect(self._start_over)
        session.run_event.connect(self._take_event)
        session.model_changed.connect(self._take_model)
        for event in said_so_far(session):
            self._take_event(event)

    @override
    def state(self) -> ScreenState:
        return ScreenState.EMPTY if self.session.model_path is None else ScreenState.READY

    @override
    def next_step(self) -> str:
        if self.session.model_path is None:
            return "Train first: the results appear here."
        if self.report is None or not len(self.report.verdicts):
            return ""
        if self.report.classifies and len(self.report.worst):
            looked_for = [figures for figures in self.report.classes if figures.found.total]
            weakest = min(looked_for, key=lambda figures: figures.found.value, default=None)
            where = f": {weakest.name} is the weakest class" if weakest is not None else ""
            return f"{headline(self.report)}. Look at the mistakes{where}."
        return f"{headline(self.report)}. Try the model on something new."

    @override
    def next_action(self) -> str:
        return "go.train" if self.session.model_path is None else "go.try_it"

    @override
    def prepare(self) -> None:
        self._results_page()

    @override
    def activate(self) -> None:
        self._shown = True
        if self._stale:
            self._load()

    @override
    def deactivate(self) -> None:
        self._shown = False

    @override
    def close_down(self) -> None:
        if self.page is not None:
            self.page.close_down()

    def _start_over(self) -> None:
        self.progress = RunProgress()
        self.report = None
        self._take_model()

    def _take_event(self, event: Event) -> None:
        self.progress.take(event)

    def _take_model(self) -> None:
        self._stale = True
        if self.session.model_path is None:
            self._pages.setCurrentIndex(0)
        elif self._shown:
            self._load()
        self.changed.emit()

    def _load(self) -> None:
        run = self.session.run
        if run is None or self.session.model_path is None or self._job is not None:
            return  # a load under way ends with another look at what is stale
        self._stale = False
        self._job = self.session.background.start(lambda _job: _read(run), "Reading the results")
        self._job.done.connect(self._show)
        self._job.failed.connect(lambda error: self.session.message.emit("error", explain(error)))
        self._job.finished.connect(self._loaded)

    def _loaded(self) -> None:
        self._job = None
        if self._stale and self._shown:
            self._load()

    def _show(self, found: tuple[Report, Samples, Report | None] | None) -> None:
        run = self.session.run
        if found is None or run is None or found[0].run_path != run.path:
            return
        self.report, samples, previous = found
        page = self._results_page()
        page.show_report(self.report, samples, previous, self.progress)
        self._pages.setCurrentWidget(self._area)
        self.changed.emit()

    def _results_page(self) -> ResultsPage:
        if self.page is None:
            from studio.results.page import ResultsPage

            self.page = ResultsPage(self.session.library.thumbnail)
            self.page.label_wanted.connect(self._label)
            self._area.setWidget(self.page)
        return self.page

    def _label(self, ids: list[str], caption: str) -> None:
        self.session.samples_wanted.emit(ids, caption)
        self.session.screen_wanted.emit("data")


def _read(run: RunFolder) -> tuple[Report, Samples, Report | None] | None:
    from engine.results.report import load_previous, load_report
    from studio.results.samples import Samples

    report = load_report(run)
    if report is None:
        return None
    report.work_out()
    previous = load_previous(run)
    if previous is not None:
        previous.work_out()
    return report, Samples(report, run.dataset()), previous
