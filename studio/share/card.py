"""The card of one kind of export: what it is good for, its progress, its proof, and how to use it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QProgressBar, QPushButton, QVBoxLayout, QWidget

from studio.share.exporting import Exported
from studio.share.words import facts, parity
from studio.theme import SPACE
from studio.widgets.basics import button, row, text
from studio.widgets.note import Note


class ExportCard(QFrame):
    """Emits what the person wants; shows what it is told."""

    export_wanted = Signal()
    cancel_wanted = Signal()
    folder_wanted = Signal()

    def __init__(self, title: str, line: str) -> None:
        super().__init__()
        self.setProperty("card", "true")
        self.export = button("Export…", self.export_wanted.emit, "primary")
        self.cancel = button("Cancel", self.cancel_wanted.emit)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Export progress")
        self.doing = text("", "muted")
        self.proof = Note("good")
        self.facts = text("", "heading")
        self.place = text("", "muted")
        self.place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.code = QPlainTextEdit()
        self.code.setReadOnly(True)
        self.code.setTabChangesFocus(True)
        self.code.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.code.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.code.setAccessibleName("Python program that uses the file")
        self.code.setFixedHeight(230)
        self.command = ""
        self.open = button("Open the folder", self.folder_wanted.emit)
        self.copy_code = self._copier("Copy Python program", self.code.toPlainText)
        self.copy_command = self._copier("Copy run command", lambda: self.command)
        self._working = QWidget()
        self._outcome = QWidget()
        self._arrange(title, line)
        self.show_waiting()

    def _arrange(self, title: str, line: str) -> None:
        working = QVBoxLayout(self._working)
        working.setContentsMargins(0, 0, 0, 0)
        working.addWidget(self.bar)
        working.addWidget(row(self.doing, self.cancel))
        outcome = QVBoxLayout(self._outcome)
        outcome.setContentsMargins(0, 0, 0, 0)
        outcome.setSpacing(SPACE)
        outcome.addWidget(self.facts)
        outcome.addWidget(self.place)
        outcome.addWidget(row(self.open, self.copy_code, self.copy_command, None))
        outcome.addWidget(self.code)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        column.addWidget(text(title, "title"))
        column.addWidget(text(line, "muted"))
        column.addWidget(row(self.export, None))
        column.addWidget(self._working)
        column.addWidget(self.proof)
        column.addWidget(self._outcome)

    def _copier(self, title: str, words: Callable[[], str]) -> QPushButton:
        made = button(title)

        def copy() -> None:
            QGuiApplication.clipboard().setText(words())
            made.setText("Copied")

        made.clicked.connect(copy)
        return made

    def show_waiting(self) -> None:
        """Show the card before anything was exported."""
        self._show(working=False, outcome=False)
        self.proof.hide()

    def show_progress(self, share: float, doing: str) -> None:
        """Show how far the export is."""
        self._show(working=True, outcome=False)
        self.proof.hide()
        self.cancel.setEnabled(True)
        self.cancel.setText("Cancel")
        self.bar.setValue(round(1000 * share))
        self.bar.setAccessibleDescription(doing)
        self.doing.setText(f"{doing}…")

    def show_cancelling(self) -> None:
        """Answer the press of Cancel at once."""
        self.cancel.setEnabled(False)
        self.cancel.setText("Stopping…")

    def show_done(self, exported: Exported, code: str, command: str) -> None:
        """Show the proof and how to use the file."""
        self._show(working=False, outcome=True)
        self.proof.say("good", "\n".join([parity(exported), *exported.notes]))
        self.proof.show()
        self.facts.setText(f"{exported.path.name} · {facts(exported)}")
        self.place.setText(str(exported.path.parent))
        self.code.setPlainText(code)
        self.command = command
        self.copy_code.setText("Copy Python program")
        self.copy_command.setText("Copy run command")
        self.copy_command.setToolTip(command)
        self.export.setText("Export again…")

    def show_problem(self, level: str, sentence: str) -> None:
        """Show why there is no file, or that it is out of date; what was exported before stays in sight."""
        self._working.hide()
        self.export.setEnabled(True)
        self.proof.say(level, sentence)
        self.proof.show()

    def _show(self, working: bool, outcome: bool) -> None:
        self._working.setVisible(working)
        self._outcome.setVisible(outcome)
        self.export.setEnabled(not working)
