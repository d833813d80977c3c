"""What came of an export: where it is, its proof, its score, both sides of what was made smaller, how to run it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import QGridLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from engine.task import Task
from studio import wording
from studio.share import words
from studio.share.exporting import Exported
from studio.share.snippet import python_snippet
from studio.share.usage import run_command
from studio.theme import SPACE
from studio.widgets.basics import button, text
from studio.widgets.flow import FlowLayout
from studio.widgets.note import Note

_SAID_MS = 2000
_LINES = 14
_AROUND = 40  # the frame, and a bar to scroll by where a line is long


class Outcome(QWidget):
    """Shows one export. ``folder_wanted`` and ``file_wanted`` ask to open it."""

    folder_wanted = Signal()
    file_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.facts = text("", "heading")
        self.place = text("", "muted")
        self.place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.proof, self.warning = Note("good"), Note("warning")
        self.score, self.notes = text(), text("", "muted")
        self.sides, self.ladder = _Grid("Before and after"), _Grid("What was tried")
        self.command = self.path = ""
        self._engine = "docker"
        self._shown: tuple[Exported, Task] | None = None
        self.open = button("Open folder", self.folder_wanted.emit)
        self.look = button("Open the page", self.file_wanted.emit)
        self.copy_path = copier("Copy path", lambda: self.path)
        self.copy_command = copier("Copy run command", lambda: self.command)
        self.commands = _code("Commands that run it")
        self.code = _code("Python program that uses the file")
        self.copy_code = copier("Copy Python program", self.code.toPlainText)
        buttons = QWidget()
        flow = FlowLayout(buttons, SPACE)
        for each in (self.look, self.open, self.copy_path, self.copy_command, self.copy_code):
            flow.addWidget(each)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        shown = (self.facts, self.place, self.warning, self.proof, self.score, self.sides, self.ladder, self.notes)
        for part in (*shown, buttons, self.commands, self.code):
            column.addWidget(part)

    def show_export(self, exported: Exported, task: Task, example: Mapping[str, Any], stale: bool) -> None:
        """Show an export; ``example`` is a row for a table's program, ``stale`` that the model got better since."""
        there = exported.path.exists()
        which = " · the one small model" if exported.small else ""
        self.facts.setText(f"{exported.path.name} · {words.facts(exported)}{which}")
        self.path = str(exported.path)
        self.place.setText(str(exported.folder))
        level, proof = words.badge(exported)
        self.proof.setVisible(bool(proof))
        if proof:
            self.proof.say(level, proof)
        self._say(self.score, words.score(exported))
        self._say(self.notes, "\n".join(words.notes(exported)))
        self._compare(exported.comparison)
        self.command = run_command(exported, task, self._engine)
        self._shown = exported, task
        self.warning.setVisible(stale or not there)
        if not there:
            self.warning.say("warning", "It is not there any more: it was moved or deleted. Export it again.")
        elif stale:
            self.warning.say("warning", "The model got better after this was made. Export it again.")
        code = python_snippet(task, exported.path.name, example) if exported.target == "onnx" and there else ""
        self._show_command()
        self._fill(self.code, code)
        self.look.setVisible(exported.path.suffix == ".html" and there)
        self.open.setEnabled(exported.folder.is_dir())
        self.copy_code.setVisible(bool(code))

    def use_engine(self, engine: str) -> None:
        """Write the commands for ``docker`` or ``podman``."""
        self._engine = engine
        if self._shown is not None:
            self.command = run_command(*self._shown, engine)
            self._show_command()

    def _show_command(self) -> None:
        self._fill(self.commands, self.command if "\n" in self.command else "")
        self.copy_command.setVisible(bool(self.command))
        self.copy_command.setToolTip(self.command)

    def _compare(self, comparison: Mapping[str, Any] | None) -> None:
        self.sides.setVisible(comparison is not None)
        self.ladder.setVisible(comparison is not None)
        if comparison is not None:
            self.sides.fill(("", "Stored as", "Size", "One sample", "On new samples"), _sides(comparison["rows"]))
            self.ladder.fill(("", "Stored as", "What came of it"), _rungs(comparison["ladder"]))

    def _say(self, label: QLabel, said: str) -> None:
        label.setVisible(bool(said))
        label.setText(said)

    def _fill(self, box: QPlainTextEdit, code: str) -> None:
        box.setVisible(bool(code))
        box.setPlainText(code)
        lines = min(_LINES, code.count("\n") + 1)
        box.setFixedHeight(box.fontMetrics().lineSpacing() * lines + _AROUND)


class _Grid(QWidget):
    """A small table of words, with a heading."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, SPACE, 0, SPACE)
        self._grid.setHorizontalSpacing(2 * SPACE)
        self._grid.setVerticalSpacing(SPACE // 2)

    def fill(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Show other rows."""
        while (item := self._grid.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.deleteLater()
        for line, cells in enumerate([(self._title, *head[1:]), *rows]):
            for column, cell in enumerate(cells):
                label = text(cell, "caption" if line == 0 else "")
                label.setWordWrap(column > 0)
                self._grid.addWidget(label, line, column, Qt.AlignmentFlag.AlignTop)
        self._grid.setColumnStretch(len(head) - 1, 1)
        self.setAccessibleName(self._title)
        self.setAccessibleDescription("; ".join(", ".join(part for part in cells if part) for cells in rows))


def copier(title: str, said: Callable[[], str]) -> QPushButton:
    """Return a button that copies words and says so for a while."""
    made = button(title)

    def copy() -> None:
        QGuiApplication.clipboard().setText(said())
        made.setText("Copied")
        QTimer.singleShot(_SAID_MS, made, lambda: made.setText(title))

    made.clicked.connect(copy)
    return made


def _code(name: str) -> QPlainTextEdit:
    box = QPlainTextEdit()
    box.setReadOnly(True)
    box.setTabChangesFocus(True)
    box.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    box.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    box.setAccessibleName(name)
    return box


def _sides(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    return [
        (
            str(row["name"]),
            str(row["way"]),
            wording.size(int(row["bytes"])),
            f"{wording.amount(float(row['milliseconds']))} ms",
            words.scored(row["score"]) if row["score"] else "not measured",
        )
        for row in rows
    ]


def _rungs(rungs: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    return [(str(rung["name"]), str(rung["way"]), str(rung["verdict"])) for rung in rungs]
