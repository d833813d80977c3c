"""The Share screen: take the model away in the form that is needed, proven equal to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QVBoxLayout
from typing_extensions import override

from engine.dataset import INPUT_PREFIX
from exporters.files import safe_name
from exporters.targets import TARGETS
from studio import wording
from studio.screen import Screen, ScreenState
from studio.session import Session
from studio.share.card import ExportCard
from studio.share.child import Child
from studio.share.exporting import Exported, ExportProcess, Wanted
from studio.share.memory import choose_folder, remember, remembered, usual_folder
from studio.share.models import offers, stamp
from studio.share.page import SharePage
from studio.widgets.preview import Preview, Shape

if TYPE_CHECKING:
    from engine.run.folder import RunFolder

_SHAPES: list[Shape] = [
    *((0.1 + 0.165 * place, 0.0, 0.14, 0.13, "accent" if place == 0 else "control") for place in range(5)),
    (0.1, 0.22, 0.8, 0.78, "border"),
    (0.16, 0.32, 0.3, 0.1, "text"),
    (0.16, 0.48, 0.6, 0.05, "control"),
    (0.16, 0.6, 0.18, 0.11, "accent"),
    (0.16, 0.8, 0.68, 0.1, "good"),
]
_WAYS = {"test": "test", "try_in_browser": "browser", "build_and_try": "container"}


def build(session: Session) -> Screen:
    """Return the Share screen."""
    return ShareScreen(session)


class ShareScreen(Screen):
    """Export the model, and try what was exported."""

    id = "share"
    title = "Share"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.process = ExportProcess(self)
        self.page: SharePage | None = None
        self._engines = Child(self)
        self._found: tuple[list[str], list[str]] | None = None
        self._left: list[SharePage] = []
        self._run_shown: Path | None = None
        self._example: Mapping[str, Any] | None = None
        empty = Preview(
            _SHAPES,
            "Nothing to share yet",
            "After training: the model as a file, a program, a server or a report, proven equal.",
        )
        empty.offer("Train first", lambda: session.screen_wanted.emit("train"))
        self._pages = QStackedWidget()
        self._pages.addWidget(empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)
        session.model_changed.connect(self._take_model)
        self.process.progress.connect(self._show_progress)
        self.process.done.connect(self._done)
        self.process.failed.connect(lambda sentence: self._no_file("error", sentence))
        self.process.cancelled.connect(lambda: self._no_file("info", "Cancelled. Nothing was written."))
        self._engines.said.connect(self._take_engines)
        self._take_model()

    @property
    def card(self) -> ExportCard | None:
        """The card in sight; None without a model."""
        return None if self.page is None or self.session.model_path is None else self.page.card

    @property
    def exported(self) -> Exported | None:
        """What was exported as the card in sight says."""
        return None if self.card is None else self.card.exported

    @override
    def state(self) -> ScreenState:
        return ScreenState.EMPTY if self.session.model_path is None else ScreenState.READY

    @override
    def next_step(self) -> str:
        if self.session.model_path is None:
            return "Train first: then the model can leave this computer."
        if self.process.running:
            return "The export is being written and checked."
        if self.exported is not None and self.exported.path.exists():
            return f"{self.exported.path.name} is ready to be used."
        return "Choose what the model is needed as, and export it."

    @override
    def next_action(self) -> str:
        if self.session.model_path is None:
            return "go.train"
        return "share.export" if self.exported is None and not self.process.running else ""

    @override
    def commands(self) -> Mapping[str, Callable[[], object]]:
        return {
            "export": self._choose,
            **{f"export_{name}": partial(self._choose_as, name) for name in TARGETS},
            "cancel": self._cancel,
            "switch_model": self._switch,
            "open_folder": self._open_folder,
            "copy_path": partial(self._press, "copy_path"),
            "copy_command": partial(self._press, "copy_command"),
            **{command: partial(self._try, name) for command, name in _WAYS.items()},
            "stop": self._stop,
        }

    @override
    def can(self, command: str) -> bool:
        card, page = self.card, self.page
        if command not in self.commands() or card is None or page is None:
            return False
        if command.startswith("export"):
            return not self.process.running
        if command in _WAYS:
            return bool(getattr(card, _WAYS[command]).can_start())
        shown = card.exported is not None and not card.outcome.isHidden()
        return {
            "cancel": self.process.running,
            "switch_model": card.target.of_either and page.choice.small.isEnabled(),
            "stop": any(trial.running for trial in card.trials),
            "copy_command": shown and bool(card.outcome.command),
        }.get(command, shown)

    @override
    def activate(self) -> None:
        run = self.session.run
        if run is not None and self.page is not None and self._example is None:
            self._example = {}
            job = self.session.background.start(lambda _job: (run.path, _row(run)), "Reading a sample")
            job.done.connect(self._take_example)
        self._refresh()

    @override
    def close_down(self) -> None:
        self.process.close()
        self._engines.close()
        for page in (self.page, *self._left):
            if page is not None:
                page.close_down()

    # -- the model -----------------------------------------------------------------------------------------------

    def _take_model(self) -> None:
        run, model = self.session.run, self.session.model_path
        if run is None or model is None:
            self._pages.setCurrentIndex(0)
            self._drop_page()
        else:
            if self._run_shown != run.path:
                self._show_page(run)
            else:
                self._refresh()
            self._pages.setCurrentIndex(1)
        self.changed.emit()

    def _show_page(self, run: RunFolder) -> None:
        self._drop_page()
        self._run_shown, self._example = run.path, None
        page = self.page = SharePage(*offers(run))
        page.card_made.connect(self._take_card)
        page.chosen.connect(self.changed)
        for exported in remembered(self.session.project, run.path).values():
            self._show_exported(exported)
        self._pages.addWidget(page)
        page.show_card(next(iter(TARGETS)))

    def _take_card(self, card: ExportCard) -> None:
        """Listen to a card that was just made, and show what was exported as it says before."""
        card.export_wanted.connect(self._choose)
        card.cancel_wanted.connect(self._cancel)
        card.engines_wanted.connect(self._look_for_engines)
        card.outcome.folder_wanted.connect(self._open_folder)
        card.outcome.file_wanted.connect(self._open_file)
        card.changed.connect(self.changed)
        run = self.session.run
        exported = None if run is None else remembered(self.session.project, run.path).get(card.name)
        if exported is not None:
            self._show_exported(exported)
        self._tell_busy()

    def _drop_page(self) -> None:
        """End what is under way for a run that is not shown any more."""
        if self.process.running and self._exporting() is not None:
            ended = "The export was ended, since another model is shown now. Nothing of it was kept: export this one."
            self.session.message.emit("info", ended)
        self.process.cancel()
        self._run_shown = None
        page, self.page = self.page, None
        if page is not None:
            self._pages.removeWidget(page)
            page.hide()
            self._left.append(page)
            for card in page.cards.values():
                card.changed.connect(self._forget_left)
            page.leave()
            self._forget_left()

    def _forget_left(self) -> None:
        """Delete the pages of other runs once nothing of theirs is under way: a page takes its processes with it."""
        for page in [page for page in self._left if not page.trying]:
            self._left.remove(page)
            page.deleteLater()

    def _refresh(self) -> None:
        """Show again what is known of the models, and what was exported, which may be gone or out of date by now."""
        run = self.session.run
        if self.page is not None and run is not None and run.path == self._run_shown:
            self.page.choice.show_offers(*offers(run))
            for card in self.page.cards.values():
                if card.exported is not None and not card.outcome.isHidden():
                    self._show_exported(card.exported)

    def _show_exported(self, exported: Exported) -> None:
        run, page, model = self.session.run, self.page, self.session.model_path
        if run is None or page is None or model is None or exported.target not in page.tiles:
            return
        source = run.small_path if exported.small else model
        stale = exported.stamp != stamp(source)
        if exported.target in page.cards:
            page.cards[exported.target].show_done(exported, run.task, self._example or {}, stale)
        page.mark(exported.target)
        if exported.path.suffix == ".onnx" and exported.milliseconds is not None and not stale:
            took = f"{wording.amount(exported.milliseconds)} ms"
            page.choice.show_measured(exported.small, wording.size(exported.bytes), took)

    def _take_example(self, found: tuple[Path, Mapping[str, Any]]) -> None:
        if found[0] == self._run_shown:
            self._example = found[1]
            self._refresh()

    # -- the export ----------------------------------------------------------------------------------------------

    def _switch(self) -> None:
        if self.page is not None:
            self.page.choice.switch()

    def _choose_as(self, name: str) -> None:
        if self.page is not None:
            self.page.show_card(name)
            self._choose()

    def _choose(self) -> None:
        card = self.card
        if card is None or self.process.running or self._options(card) is None:
            return
        start = usual_folder(self.session.project)
        dialog = QFileDialog(self, f"Choose a folder: {card.target.title}", str(start))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda name: self.export_to(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def export_to(self, folder: Path) -> None:
        """Export into this folder as the card in sight says."""
        run, model, card, page = self.session.run, self.session.model_path, self.card, self.page
        if run is None or model is None or card is None or page is None or self.process.running:
            return
        options = self._options(card)
        if options is None:
            return
        choose_folder(self.session.project, folder)
        small = card.target.of_either and page.choice.is_small
        out = self._new_folder(folder, card.name) if card.target.own_folder else folder
        source = run.small_path if small else model
        card.leave()
        self.process.start(Wanted(run.path, card.name, out, small, options, stamp(source)))
        self._show_progress(0.0, "Starting")
        self._tell_busy()

    def _options(self, card: ExportCard) -> Mapping[str, Any] | None:
        """Return what was chosen; None, and a sentence on the card, where something is no value."""
        try:
            return card.form.values()
        except ValueError as error:
            card.show_problem("warning", f"{error} Nothing was exported.")
            return None

    def _new_folder(self, folder: Path, target: str) -> Path:
        """Return a folder that is not there yet."""
        project = self.session.project
        name = f"{safe_name(project.path.name if project is not None else folder.name)}-{target}"
        places = (folder / (name if number == 1 else f"{name}-{number}") for number in range(1, 10_000))
        return next(place for place in places if not place.exists())

    def _tell_busy(self) -> None:
        """Say on the other cards why they have to wait."""
        wanted = self.process.wanted
        if self.page is not None and wanted is not None:
            exporting = self._exporting()
            what = f"“{TARGETS[wanted.target].title}” is being exported"
            words = f"One at a time: {what if exporting else 'the export of another run is being ended'}."
            for card in self.page.cards.values():
                card.show_busy(words if self.process.running and card is not exporting else "")
        self.changed.emit()

    def _exporting(self) -> ExportCard | None:
        """Return the card of what is being exported, or was at last; None where that is of a run not shown any more."""
        wanted = self.process.wanted
        if self.page is None or wanted is None or wanted.run != self._run_shown:
            return None
        return self.page.card_of(wanted.target)

    def _cancel(self) -> None:
        card = self._exporting()
        if card is not None:
            card.show_cancelling()
        self.process.cancel()

    def _show_progress(self, share: float, doing: str) -> None:
        card = self._exporting()
        if card is not None:
            card.show_progress(share, doing)

    def _no_file(self, level: str, sentence: str) -> None:
        card = self._exporting()
        if card is not None:
            card.show_problem(level, sentence)
        self._tell_busy()
        self._reveal()

    def _reveal(self) -> None:
        card = self._exporting()
        if card is not None and self.page is not None:
            self.page.reveal(card.name)

    def _done(self, exported: Exported) -> None:
        wanted = self.process.wanted
        if wanted is not None and self._exporting() is not None:
            remember(self.session.project, wanted.run, exported)  # the session may follow a newer run by now
            self._show_exported(exported)
        self._tell_busy()
        self._reveal()

    # -- afterwards ----------------------------------------------------------------------------------------------

    def _open_folder(self) -> None:
        if self.exported is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.exported.folder)))

    def _open_file(self) -> None:
        if self.exported is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.exported.path)))

    def _press(self, name: str) -> None:
        if self.card is not None:
            getattr(self.card.outcome, name).click()

    def _try(self, name: str) -> None:
        if self.card is not None:
            getattr(self.card, name).start()

    def _stop(self) -> None:
        if self.card is not None:
            for trial in self.card.trials:
                if trial.running:
                    trial.stop()

    def _look_for_engines(self) -> None:
        if self._found is None:
            self._engines.start("exporters.trying", ["engines"])
        else:
            self._tell_engines(*self._found)

    def _take_engines(self, said: Mapping[str, Any]) -> None:
        if said.get("type") == "engines":
            self._found = list(said["names"]), list(said["problems"])
            self._tell_engines(*self._found)

    def _tell_engines(self, names: list[str], problems: list[str]) -> None:
        for card in self.page.cards.values() if self.page is not None else ():
            if not card.container.isHidden():
                card.show_engines(names, problems)


def _row(run: RunFolder) -> dict[str, Any]:
    """Return the first row of a table's frozen samples, by column; nothing for files."""
    if not run.task.columns:
        return {}
    dataset = run.dataset()
    if not len(dataset):
        return {}
    row = dataset.frame.row(0, named=True)
    return {column.name: row.get(INPUT_PREFIX + column.name) for column in run.task.columns}
