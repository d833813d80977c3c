"""The card of one kind of export: what it is for, its options, its progress, what came of it, and how to try that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QProgressBar, QVBoxLayout, QWidget

from engine.task import Task
from exporters.targets import Target
from studio.share.exporting import Exported
from studio.share.form import OptionForm
from studio.share.outcome import Outcome
from studio.share.trial import BROWSER, CONTAINER, TEST, Trial
from studio.theme import SPACE
from studio.widgets.basics import button, row, text
from studio.widgets.note import Note


class ExportCard(QFrame):
    """Emits what the person wants; shows what it is told. ``changed`` comes when what can be done has changed."""

    export_wanted = Signal()
    cancel_wanted = Signal()
    engines_wanted = Signal()
    changed = Signal()

    def __init__(self, name: str, target: Target) -> None:
        super().__init__()
        self.setProperty("card", "true")
        self.name, self.target = name, target
        self.exported: Exported | None = None
        self.form = OptionForm(target.options)
        if not target.options:
            self.form.hide()
        self.export = button("Export…", self.export_wanted.emit, "primary")
        self.busy = text("", "muted")
        self.cancel = button("Cancel", self.cancel_wanted.emit)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Export progress")
        self.doing = text("", "muted")
        self.problem = Note("error")
        self.outcome = Outcome()
        self.test, self.browser, self.container = (Trial(way) for way in (TEST, BROWSER, CONTAINER))
        self._led = False
        self._working = QWidget()
        self._arrange()
        for trial in self.trials:
            trial.changed.connect(self.changed)
            trial.hide()
        self._show(working=False)
        self.problem.hide()
        self.outcome.hide()

    @property
    def trials(self) -> tuple[Trial, ...]:
        """All ways to try what was exported."""
        return (self.test, self.browser, self.container)

    def _arrange(self) -> None:
        working = QVBoxLayout(self._working)
        working.setContentsMargins(0, 0, 0, 0)
        working.addWidget(self.bar)
        working.addWidget(row(self.doing, self.cancel))
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE + SPACE // 2)
        column.addWidget(text(self.target.title or self.name, "title"))
        column.addWidget(text(self.target.purpose or self.target.summary, "muted"))
        column.addWidget(self.form)
        column.addWidget(row(self.export, self.busy))
        for part in (self._working, self.problem, self.outcome, *self.trials):
            column.addWidget(part)

    def show_progress(self, share: float, doing: str) -> None:
        """Show how far the export is."""
        if self.export.hasFocus():  # the keys go on from here
            self._led = True
            self._working.show()
            self.cancel.setFocus()
        self._show(working=True)
        self.problem.hide()
        self.outcome.hide()
        self._offer_trials(False)
        self.cancel.setEnabled(True)
        self.cancel.setText("Cancel")
        self.bar.setValue(round(1000 * share))
        self.bar.setAccessibleDescription(doing)
        self.doing.setText(f"{doing}…")

    def show_cancelling(self) -> None:
        """Answer the press of Cancel at once."""
        self.cancel.setEnabled(False)
        self.cancel.setText("Stopping…")

    def show_done(self, exported: Exported, task: Task, example: Mapping[str, Any], stale: bool) -> None:
        """Show what was exported, and offer to try it."""
        self._show(working=False)
        self.exported = exported
        self.outcome.show_export(exported, task, example, stale)
        self.outcome.show()
        self.export.setText("Export again…")
        self._lead_to(self.outcome.open)
        for trial in self.trials:
            trial.offer(exported.path)
        self._offer_trials(True)
        if not self.container.isHidden():
            self.container.allow(False, "Looking for docker and podman…")
            self.engines_wanted.emit()
        self.changed.emit()

    def show_engines(self, names: list[str], problems: list[str]) -> None:
        """Say what there is to run containers with."""
        if names:
            self.outcome.use_engine(names[0].partition(" ")[0])
            self.container.allow(True, f"With {names[0]}: {CONTAINER.line[0].lower()}{CONTAINER.line[1:]}")
        else:
            self.container.allow(False, " ".join([*problems, "The commands above do the same elsewhere."]))
        self.changed.emit()

    def show_problem(self, level: str, sentence: str) -> None:
        """Show why there is no file; what was exported before stays in sight."""
        self._show(working=False)
        self._lead_to(self.export)
        self.outcome.setVisible(self.exported is not None)
        self._offer_trials(True)
        self.problem.say(level, sentence)
        self.problem.show()

    def show_busy(self, words: str) -> None:
        """Say why nothing can be exported now; empty where it can."""
        self.busy.setText(words)
        self.export.setEnabled(not words and not self._working.isVisibleTo(self))

    def leave(self) -> None:
        """End what is being tried, without waiting for that."""
        for trial in self.trials:
            trial.leave()

    def close_down(self) -> None:
        """End what is being tried, and wait for that."""
        for trial in self.trials:
            trial.close_down()

    def _offer_trials(self, offered: bool) -> None:
        """Show what can be tried of the export, or hide it while another is made."""
        from exporters.trying.packages import is_tryable

        path = None if self.exported is None or not offered else self.exported.path
        packaged = path is not None and is_tryable(path)
        contained = path is not None and (path / "Dockerfile").is_file()
        for trial, wanted in ((self.test, packaged), (self.browser, packaged), (self.container, contained)):
            trial.setVisible(wanted)

    def _lead_to(self, widget: QWidget) -> None:
        """Let the keys go on from here, where an export was begun with them."""
        if self._led:
            self._led = False
            widget.setFocus()

    def _show(self, working: bool) -> None:
        self._working.setVisible(working)
        self.form.setEnabled(not working)
        self.export.setEnabled(not working)
