"""The page of Try it: on the left what is asked about, on the right what the model says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QStackedWidget, QTableView, QVBoxLayout, QWidget

from engine.dataset import Dataset
from engine.task import Modality, Task
from labeling.understanding import NOUNS
from studio import wording
from studio.texts import words_of
from studio.theme import SPACE
from studio.try_it.answer_view import AnswerView
from studio.try_it.answers import Answer
from studio.try_it.batch import Asked, BatchModel
from studio.try_it.picture_pane import PicturePane
from studio.try_it.row_form import TYPED_TEXT, RowForm
from studio.widgets.basics import button, card, row, text
from studio.widgets.empty_state import EmptyState
from studio.widgets.note import Note
from studio.widgets.table import table_of_lines


class TryItPage(QWidget):
    """Emits what the person wants; shows what it is told. One page serves one task."""

    files_wanted = Signal()
    paste_wanted = Signal()
    sample_wanted = Signal()
    save_wanted = Signal()
    again_wanted = Signal()
    row_asked = Signal(dict)
    picked = Signal(int)

    def __init__(self, task: Task, dataset: Dataset, off_by: str, choices: Mapping[str, Sequence[str]]) -> None:
        super().__init__()
        self.task = task
        self.batch = BatchModel(self)
        typed = (TYPED_TEXT,) if task.modality is Modality.TEXT else ()
        columns = task.columns or typed
        self.form = RowForm(columns, dataset.frame, choices) if columns else None
        self.note = Note("info")
        self._again = self.note.offer("Try again", self.again_wanted.emit)
        self.note.hide()
        self.table = self._make_table()
        self.count = text("", "caption")
        self.save = button("Save predictions…", self.save_wanted.emit)
        self.back = button("Type a row" if task.columns else "Type a text", self.show_start)
        self.back.setVisible(self.form is not None)
        self.picture = PicturePane()
        self.picture.hide()
        self.answer = AnswerView(off_by)
        self._left = QStackedWidget()
        self._left.addWidget(self._start_page())
        self._left.addWidget(self._list_page())
        if self.form is not None:
            self.form.changed.connect(self._ask_row)
        self._arrange()

    def _arrange(self) -> None:
        pictured = self.task.modality is Modality.IMAGE
        files = button("Choose a table…" if self.task.columns else "Choose files…", self.files_wanted.emit)
        paste = button("Paste a picture", self.paste_wanted.emit) if pictured else None
        sample = button("Use a sample" if self.form is None else "Fill from another sample", self.sample_wanted.emit)
        line = (
            [sample, files]
            if self.form is not None
            else [files, paste, sample]
            if paste is not None
            else [files, sample]
        )
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(row(*line, None))
        column.addWidget(self._left, 1)
        right = card(text("What the model says", "caption"), self.picture, self.answer)
        both = QHBoxLayout()
        both.setSpacing(SPACE)
        both.addWidget(card(left), 1)
        both.addWidget(right, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACE)
        layout.addWidget(self.note)
        layout.addLayout(both, 1)

    def _start_page(self) -> QWidget:
        if self.form is not None:
            return self.form
        return EmptyState(
            "drop", f"Drop a {NOUNS[self.task.modality]} here", "One that the model has never seen, or many at once."
        )

    def _list_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self.table, 1)
        column.addWidget(row(self.save, self.back, self.count, None))
        return page

    def _make_table(self) -> QTableView:
        table = table_of_lines(self.batch, "What was asked, and what the model says")
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        table.selectionModel().currentRowChanged.connect(self._pick)
        return table

    def _ask_row(self) -> None:
        """Ask about what was typed, unless a list came up meanwhile: the answer would stand in its first line."""
        if self.form is not None and not self.listing:
            self.row_asked.emit(self.form.values())

    def show_start(self) -> None:
        """Show the form, or the place to drop photos on."""
        self._left.setCurrentIndex(0)
        if self.form is not None:
            self.row_asked.emit(self.form.values())

    def fill_from(self, dataset: Dataset, number: int) -> None:
        """Fill the form from one sample: its columns, or the text in its file."""
        if self.form is None:
            return
        if self.task.columns:
            self.form.fill_from(number)
        else:
            self.form.set_values({TYPED_TEXT.name: words_of(dataset.references[number]) or ""})

    @property
    def listing(self) -> bool:
        """Whether the list is shown, rather than the form."""
        return self._left.currentIndex() == 1

    def show_asked(self, asked: Sequence[Asked]) -> None:
        """Show the list of what is being asked, its first row picked."""
        self.batch.show_asked(asked)
        self._left.setCurrentIndex(1)
        self.table.selectRow(0)
        self._show_count()

    def take(self, first: int, answers: Sequence[Answer]) -> None:
        """Take in answers for the list."""
        self.batch.take(first, answers)
        self._show_count()
        current = self.table.currentIndex().row()
        if first <= current < first + len(answers):
            self.answer.show_answer(self.batch.answers[current])

    def show_picture(self, image: QImage, name: str) -> None:
        """Show the picture picked."""
        self.picture.show_image(image, name)

    def say(self, level: str, words: str, again: bool = False) -> None:
        """Say something above; empty words take it away."""
        self.note.setVisible(bool(words))
        self._again.setVisible(again)
        if words:
            self.note.say(level, words)

    def _pick(self, now: QModelIndex, _before: QModelIndex) -> None:
        if now.isValid():
            self.answer.show_answer(self.batch.answers[now.row()], "…")
            self.picked.emit(now.row())

    def _show_count(self) -> None:
        total, waiting = len(self.batch.asked), self.batch.waiting
        things = wording.things(self.task.modality, total)
        self.count.setText(
            f"{wording.count(total - waiting)} of {things} answered" if waiting else f"{things} answered"
        )
        self.save.setEnabled(not waiting and total > 0)
