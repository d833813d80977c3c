"""The Try it screen: asks the model in its own process and shows the answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout
from typing_extensions import override

from engine.results.words import off_by
from engine.task import Task
from studio.background import explain
from studio.pictures import large_image
from studio.screen import Screen, ScreenState
from studio.session import Session
from studio.try_it.asking import Asker
from studio.try_it.batch import Asked
from studio.try_it.collecting import collect, some_sample
from studio.try_it.dialogs import choose_files, choose_where_to_save
from studio.try_it.pasted import Pasted
from studio.try_it.saving import save
from studio.widgets.preview import Preview, Shape

if TYPE_CHECKING:
    from engine.dataset import Dataset
    from engine.run.folder import RunFolder
    from studio.background import Job
    from studio.try_it.answers import Answer
    from studio.try_it.page import TryItPage

_SHAPES: list[Shape] = [
    (0.0, 0.0, 0.46, 1.0, "border"),
    (0.54, 0.0, 0.3, 0.12, "text"),
    *(
        (0.54, 0.24 + 0.2 * line, 0.46 * share, 0.09, tone)
        for line, (share, tone) in enumerate(((0.95, "accent"), (0.4, "control"), (0.2, "control"), (0.1, "control")))
    ),
]


def build(session: Session) -> Screen:
    """Return the Try it screen."""
    return TryItScreen(session)


class TryItScreen(Screen):
    """Ask the model about something new."""

    id = "try_it"
    title = "Try it"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.asker = Asker(self)
        self.page: TryItPage | None = None
        self._dataset: Dataset | None = None
        self._run_shown: Path | None = None
        self._question = -1
        self._opening: Job | None = None  # the picture picked last
        self._collecting: Job | None = None  # what was dropped last
        self._shown = False
        self._clipboard = Pasted()
        empty = Preview(_SHAPES, "Nothing to try yet", "After training: drop a photo or type a row and see.")
        empty.offer("Train first", lambda: session.screen_wanted.emit("train"))
        self._pages = QStackedWidget()
        self._pages.addWidget(empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        session.model_changed.connect(self._take_model)
        self.asker.ready.connect(self._say_waiting)
        self.asker.failed.connect(self._failed)
        self.asker.answered.connect(self._answered)

    @override
    def state(self) -> ScreenState:
        return ScreenState.EMPTY if self.session.model_path is None else ScreenState.READY

    @override
    def next_step(self) -> str:
        if self.session.model_path is None:
            return "Train first: then you can ask the model about anything new."
        return "Satisfied? Take the model with you."

    @override
    def next_action(self) -> str:
        return "go.train" if self.session.model_path is None else "go.share"

    @override
    def commands(self) -> Mapping[str, Callable[[], object]]:
        return {"choose_file": self._choose, "paste": self.paste}

    @override
    def can(self, command: str) -> bool:
        return command in self.commands() and self.page is not None

    @override
    def activate(self) -> None:
        self._shown = True
        self._take_model()

    @override
    def deactivate(self) -> None:
        self._shown = False

    @override
    def drop(self, paths: list[Path]) -> bool:
        if self.page is None or self.session.model_path is None:
            return False
        self.ask_about(paths)
        return True

    @override
    def close_down(self) -> None:
        self.asker.close()
        self._clipboard.forget()

    # -- the model -----------------------------------------------------------------------------------------------

    def _take_model(self) -> None:
        model, run = self.session.model_path, self.session.run
        if model is None or run is None:
            self.asker.use(None)
            self._pages.setCurrentIndex(0)
            self._run_shown = None
            self._drop_page()
        elif self._shown:
            self.asker.use(model)
            if self._run_shown != run.path:
                self._run_shown = run.path
                self._prepare(run.task)
        self.changed.emit()

    def _prepare(self, task: Task) -> None:
        run = self.session.run
        assert run is not None
        job = self.session.background.start(lambda _job: _read(run), "Reading the samples")
        job.done.connect(lambda found: self._show_page(task, run.path, *found))
        job.failed.connect(lambda error: self.session.message.emit("error", explain(error)))

    def _show_page(
        self, task: Task, run_path: Path, dataset: Dataset, off_by: str, choices: dict[str, list[str]]
    ) -> None:
        if run_path != self._run_shown:
            return
        from studio.try_it.page import TryItPage

        self._drop_page()
        self._dataset = dataset
        page = self.page = TryItPage(task, dataset, off_by, choices)
        page.files_wanted.connect(self._choose)
        page.paste_wanted.connect(self.paste)
        page.sample_wanted.connect(self.use_sample)
        page.save_wanted.connect(lambda: choose_where_to_save(self, self.save_predictions))
        page.again_wanted.connect(self._retry)
        page.row_asked.connect(self._ask_row)
        page.picked.connect(self._show_picked)
        self._pages.addWidget(page)
        self._pages.setCurrentWidget(page)
        self._say_waiting()
        if page.form is not None:
            self.use_sample()
        self.changed.emit()

    def _drop_page(self) -> None:
        self._stop_opening()
        self._stop_collecting()
        if self.page is not None:
            self._pages.removeWidget(self.page)
            self.page.deleteLater()
            self.page = None

    def _say_waiting(self) -> None:
        if self.page is not None:
            self.page.say("info", "" if self.asker.is_ready else "Getting the model ready…")

    def _failed(self, sentence: str) -> None:
        if self.page is not None:
            self.page.say("error", sentence, again=True)

    def _retry(self) -> None:
        self.asker.use(self.session.model_path)
        self._say_waiting()
        if self.page is None:
            return
        if self.page.listing:
            self._question = self.asker.ask([asked.item for asked in self.page.batch.asked])
        elif self.page.form is not None:
            self._ask_row(self.page.form.values())

    # -- what is asked -------------------------------------------------------------------------------------------

    def ask_about(self, paths: list[Path]) -> None:
        """Ask about files and folders."""
        page = self.page
        if page is None or not paths:
            return
        task, learned = page.task, self._dataset
        heard: list[str] = []
        self._stop_collecting()

        def read(job: Job) -> list[Asked]:
            return collect(paths, task, job, heard.append, learned)

        job = self.session.background.start(read, "Reading files")
        self._collecting = job
        job.done.connect(self._ask_all)
        job.done.connect(lambda _asked: self._tell(heard))
        job.failed.connect(self._cannot_read)

    def _stop_collecting(self) -> None:
        """Ask no more about what is still being read: the person wants something else by now, or the page is gone."""
        if self._collecting is not None:
            self._collecting.cancel()
            self._collecting = None

    def use_sample(self) -> None:
        """Ask about a sample of the run, of its test part where there is one."""
        page, dataset = self.page, self._dataset
        if page is None or dataset is None or not len(dataset):
            return
        self._stop_collecting()
        number = some_sample(dataset)
        if page.form is not None:
            page.show_start()
            page.fill_from(dataset, number)
        else:
            reference = dataset.references[number]
            self._ask_all([Asked(dataset.ids[number], reference, reference)])

    def paste(self) -> None:
        """Ask about what is on the clipboard: a picture, or copied files."""
        paths = self._clipboard.paths()
        if paths:
            self.ask_about(paths)
        elif self.page is not None:
            self.page.say("warning", "There is nothing on the clipboard to ask about. Copy a picture first.")

    def _choose(self) -> None:
        if self.page is not None:
            choose_files(self, self.page.task.modality, self.ask_about)

    def _ask_all(self, asked: list[Asked]) -> None:
        page = self.page
        if page is None:
            return
        self._stop_opening()
        self._say_waiting()
        page.show_asked(asked)
        self._question = self.asker.ask([each.item for each in asked])

    def _tell(self, sentences: list[str]) -> None:
        if sentences:
            self.session.message.emit("warning", " ".join(sentences))

    def _ask_row(self, values: dict[str, Any]) -> None:
        self._question = self.asker.ask([values])

    def _cannot_read(self, error: object) -> None:
        if self.page is not None:
            self.page.say("warning", explain(error))

    # -- what comes back -----------------------------------------------------------------------------------------

    def _answered(self, question: int, first: int, answers: list[Answer]) -> None:
        page = self.page
        if page is None or question != self._question:
            return
        self._say_waiting()
        if page.listing:
            page.take(first, answers)
        else:
            page.answer.show_answer(answers[0])

    def _show_picked(self, row: int) -> None:
        page = self.page
        if page is None:
            return
        asked = page.batch.asked[row]
        if asked.reference is None:
            return
        path, name = asked.reference, asked.id
        self._stop_opening()
        self._opening = self.session.background.start(lambda job: _opened(path, job), "Opening a picture")
        self._opening.done.connect(lambda image: page.show_picture(image, name))

    def _stop_opening(self) -> None:
        """Open the picture picked before no more: it comes too late, and others wait for the thread."""
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None

    def save_predictions(self, path: Path) -> None:
        """Write the list as ``predict`` of the command line does; what had no answer is left out."""
        page, session = self.page, self.session
        if page is None:
            return
        task, pairs = page.task, page.batch.pairs()
        job = session.background.start(lambda _job: save(path, task, pairs), "Saving predictions")
        job.done.connect(lambda number: session.message.emit("good", f"Saved {number} predictions in {path.name}."))
        job.failed.connect(lambda error: session.message.emit("error", explain(error)))


def _read(run: RunFolder) -> tuple[Dataset, str, dict[str, list[str]]]:
    """Return a run's samples, how far off its answers are, and what can be chosen in the form for a row."""
    from studio.try_it.row_form import choices_of

    dataset = run.dataset()
    return dataset, off_by(run), choices_of(run.task.columns, dataset.frame)


def _opened(path: str, job: Job) -> QImage:
    return QImage() if job.cancelled() else large_image(path, "")
