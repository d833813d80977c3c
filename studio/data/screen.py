"""The Data screen: a place to drop files, the sentence about them, and then everything that was taken in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout
from typing_extensions import override

from labeling.understanding import TABLE_FORMAT, without_label
from studio.data.browser import Browser
from studio.data.drop_sheet import DropSheet
from studio.data.home import Home
from studio.data.intake import Intake
from studio.data.recolumning import Recolumning
from studio.data.working import Working
from studio.finding.wanted import Wanted
from studio.screen import Screen, ScreenState
from studio.session import Session
from studio.theme import SPACE
from studio.widgets.empty_state import EmptyState
from studio.widgets.message_bar import MessageArea

if TYPE_CHECKING:
    from labeling.batch import Problem
    from labeling.project import Project
    from labeling.tables.anew import Offered
    from labeling.understanding import Understanding

_PATIENCE_MS = 150


class DataScreen(Screen):
    """Home, the drop sheet, the progress of an import, or the samples: one of them is shown."""

    id = "data"
    title = "Data"

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.intake = Intake(session, self)
        self.home = Home()
        self.recolumning = Recolumning(session, self)
        self.sheet = DropSheet()
        self.working = Working()
        self.browser = Browser(session.library, session.view)
        self.empty = EmptyState("data", "No samples yet", "Drop photos, sounds, texts or a table here.")
        self.notes = MessageArea(kept=2)
        self._stale = False
        self._left_out: list[Problem] = []
        self._columns_of: tuple[Project | None, Understanding | None] = (None, None)  # whose columns are looked at
        self._build()
        self._listen()
        self._show_page()

    # -- the screen's contract -----------------------------------------------------------------------------------

    @override
    def state(self) -> ScreenState:
        if not len(self.browser.listing):
            return ScreenState.EMPTY
        return ScreenState.NEEDS_YOU if self.intake.busy else ScreenState.READY

    @override
    def next_step(self) -> str:
        if self.intake.busy:
            return "Read the sentence, change what is wrong, then take it in." if self._sheet_shown() else ""
        if self.session.project is None:
            return "Everything stays on this computer. Drop a folder or a table anywhere in this window."
        listing = self.browser.listing
        unlabelled = len(listing) - self.session.library.labelled
        if unlabelled:
            return f"{without_label(unlabelled)} yet. Label some of them; 20 of each class are a good start."
        return "Every sample has a label. Train a model next." if len(listing) else ""

    @override
    def next_action(self) -> str:
        if self.intake.busy or self.session.project is None or not len(self.browser.listing):
            return ""
        return "go.label" if self.session.library.labelled < len(self.browser.listing) else "go.train"

    @override
    def commands(self) -> Mapping[str, Callable[[], object]]:
        return {
            "search": self.browser.focus_search,
            "paste": self.paste,
            "export_labels": self.export_labels,
            "label_selected": self._label_selected,
            "columns": self.change_columns,
            "show_all": self.session.view.clear,
        }

    @override
    def can(self, command: str) -> bool:
        if command == "paste":
            return True
        if command == "columns":
            return self._table_shown() is not None or self.recolumning.possible
        if self._pages.currentWidget() is not self.browser:
            return False
        return bool(self.browser.selected()) if command == "label_selected" else True

    @override
    def activate(self) -> None:
        if self._stale:
            self._stale = False
            self.browser.show_labels()
        if self._pages.currentWidget() is self.home:
            self.home.refresh()

    @override
    def drop(self, paths: list[Path]) -> bool:
        self.intake.begin(paths)
        return True

    @override
    def close_down(self) -> None:
        self.intake.cancel()
        self.browser.loader.close()

    # -- the parts -----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self._pages = QStackedWidget()
        for page in (self.home, self.sheet, self.working, self.browser, self.empty):
            self._pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self.notes)
        column.addWidget(self._pages, 1)
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._patience.timeout.connect(lambda: self._pages.setCurrentWidget(self.working))
        self.empty.offer("Choose folder", self._wants("import_folder"))
        self.empty.offer("Choose file", self._wants("import_file"))

    def _listen(self) -> None:
        session, intake = self.session, self.intake
        self.home.folder_wanted.connect(self._wants("import_folder"))
        self.home.file_wanted.connect(self._wants("import_file"))
        self.home.project_chosen.connect(session.open_project)
        self.home.sample_chosen.connect(lambda path: intake.begin([path]))
        self.browser.add_wanted.connect(self._wants("import_folder"))
        self.browser.opened.connect(session.show_in_label)
        self.browser.changed.connect(self.changed)
        self.sheet.accepted.connect(intake.accept)
        self.sheet.refused.connect(intake.refuse)
        self.sheet.picked.connect(intake.pick)
        self.sheet.columns_wanted.connect(self.change_columns)
        self.browser.columns_wanted.connect(self.change_columns)
        self.recolumning.offered.connect(self._show_columns)
        self.working.cancelled.connect(intake.cancel)
        intake.working.connect(self._begin_waiting)
        intake.progress.connect(self.working.show_progress)
        intake.understood.connect(self._show_sheet)
        intake.problems.connect(self._show_problems)
        intake.idle.connect(self._show_page)
        session.project_changed.connect(self._project_changed)
        session.library.reset.connect(self._show_samples_read)
        session.library.relabelled.connect(self._show_labels)
        session.samples_wanted.connect(self._show_samples)

    def _wants(self, command: str) -> Callable[[], object]:
        return lambda: self.session.command_wanted.emit(command)

    def _sheet_shown(self) -> bool:
        return self._pages.currentWidget() is self.sheet

    def _begin_waiting(self, words: str) -> None:
        self.working.begin(words)
        self._patience.start()
        self.changed.emit()

    def _show_sheet(self, understanding: Any) -> None:
        self._patience.stop()
        self._pages.setCurrentWidget(self.sheet)
        self.sheet.show_understanding(understanding)
        self.session.screen_wanted.emit(self.id)
        self.changed.emit()

    def _show_page(self) -> None:
        if self.intake.busy:
            return
        self._patience.stop()
        if self.session.project is None:
            self.home.refresh()
            self._pages.setCurrentWidget(self.home)
        else:
            has_samples = bool(len(self.browser.listing)) or self.session.library.loading
            self._pages.setCurrentWidget(self.browser if has_samples else self.empty)
            if has_samples and self.isVisible():
                self.browser.focus_samples()
        self.changed.emit()

    def _show_problems(self, problems: tuple[Problem, ...], taken: int, mended: bool) -> None:
        files = [problem for problem in problems if problem.path]
        for problem in problems:
            if not problem.path:
                self.notes.show_message("warning", problem.sentence)
        if files:
            number = len(files)
            total = f"{number:,} of {taken + number:,} {'file' if number == 1 else 'files'} couldn't be opened."
            words = f"{number:,} {'thing was' if number == 1 else 'things were'} left out or mended."
            mixed = mended or any(problem.counted for problem in files)  # some were never opened
            bar = self.notes.show_message("warning", words if mixed else f"{total} They were left out.")
            bar.offer("Show them", self.list_problems, closes=False)
            self._left_out = files

    def paste(self) -> None:
        """Take in what is on the clipboard: files, paths or a picture."""
        from studio.data.pasting import pasted_paths

        try:
            paths = pasted_paths()
        except OSError as error:
            self.session.message.emit("error", str(error))
            return
        if paths:
            self.session.paths_wanted.emit(paths)
        else:
            self.session.message.emit("info", "There is no file, no path and no picture on the clipboard to take in.")

    def export_labels(self) -> None:
        """Ask for a format and a folder, and write the labels there."""
        from studio.data.label_export import LabelExport

        project = self.session.project
        if project is not None:
            LabelExport(self.session, project, self).open()

    def list_problems(self) -> None:
        """Show the files that were left out of what was taken in last."""
        from studio.data.problem_list import ProblemList

        ProblemList(self._left_out, self).open()

    def change_columns(self) -> None:
        """Ask what each column is used as: of the table on the sheet, else of the project's."""
        shown = self._table_shown()
        self._columns_of = self.session.project, shown
        if shown is not None:
            self.recolumning.look_at(shown)
        else:
            self.recolumning.begin()

    def _table_shown(self) -> Understanding | None:
        """Return what was understood of the table on the sheet, if there is one."""
        shown = self.intake.shown
        return shown if shown is not None and shown.format == TABLE_FORMAT else None

    def _show_columns(self, columns: list[Offered], target: str) -> None:
        from studio.data.columns_dialog import ColumnsDialog

        project, shown = self._columns_of
        if project is not self.session.project or shown is not self._table_shown():
            return  # something else is looked at by now
        dialog = ColumnsDialog(columns, target or None, self)
        dialog.chosen.connect(self.recolumning.apply if shown is None else self.intake.use_columns)
        dialog.open()

    def _show_samples(self, ids: list[str], caption: str) -> None:
        self.browser.show_only(Wanted(ids=tuple(ids), caption=caption))

    def _label_selected(self) -> None:
        self.session.show_in_label(self.browser.selected()[0])

    # -- the samples ---------------------------------------------------------------------------------------------

    def _project_changed(self) -> None:
        self.notes.clear()
        self._show_page()

    def _show_samples_read(self) -> None:
        self.browser.show_listing(self.session.project)
        self._show_page()

    def _show_labels(self) -> None:
        if self.isVisible():
            self.browser.show_labels()
        else:
            self._stale = True
        self.changed.emit()


def build(session: Session) -> Screen:
    """Build the Data screen."""
    return DataScreen(session)
