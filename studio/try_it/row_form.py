"""A form for one row of a table, or one text: a field a column, so that one value can be changed at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from engine.dataset import INPUT_PREFIX
from engine.task import Column, ColumnType
from studio import wording
from studio.cells import as_text
from studio.theme import SPACE
from studio.widgets.basics import text

if TYPE_CHECKING:
    import polars as pl

Field = QLineEdit | QComboBox | QPlainTextEdit

TYPED_TEXT = Column("text", ColumnType.TEXT)  # what a text that lies in no file is typed into
TYPE_VALUES = "Change a value and see what the model says. An empty field is missing."
TYPE_TEXT = "Type or paste a text and see what the model says."
TEXT_LINES = 5
ASK_AFTER_MS = 350
MOST_CHOICES = 200
MOST_FIELDS = 200  # thousands would hold up the window, and nobody goes through them


class RowForm(QWidget):
    """Emits ``changed`` shortly after the last edit.

    ``choices`` are what is offered for columns of categories (see :func:`choices_of`). Of very many columns the first
    have fields; the others keep what was filled in.
    """

    changed = Signal()

    def __init__(self, columns: Sequence[Column], frame: pl.DataFrame, choices: Mapping[str, Sequence[str]]) -> None:
        super().__init__()
        self._columns = columns
        self._choices = choices
        self._fields: dict[str, Field] = {}
        self._kept = {column.name: "" for column in columns[MOST_FIELDS:]}
        self._frame = frame
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(ASK_AFTER_MS)
        self._timer.timeout.connect(self.changed)
        fields = QWidget()
        form = QFormLayout(fields)
        form.setContentsMargins(0, 0, SPACE, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        texts = any(column.type is ColumnType.TEXT for column in columns)
        wrapping = QFormLayout.RowWrapPolicy
        form.setRowWrapPolicy(wrapping.WrapAllRows if texts else wrapping.WrapLongRows)
        for column in columns[:MOST_FIELDS]:
            label, field = self._label(column), self._field(column)
            label.setMinimumHeight(field.sizeHint().height())
            label.setBuddy(field)
            form.addRow(label, field)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setWidget(fields)
        area.setAccessibleName("Columns of the row")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        hint = TYPE_TEXT if [column.type for column in columns] == [ColumnType.TEXT] else TYPE_VALUES
        layout.addWidget(text(hint, "muted"))
        layout.addWidget(area, 1)
        if self._kept:
            others = "column is" if len(self._kept) == 1 else "columns are"
            said = f"{wording.count(len(self._kept))} more {others} not shown, and asked about as in the sample."
            layout.addWidget(text(said, "caption"))

    def values(self) -> dict[str, str]:
        """Return what the fields hold, by column, and what was filled in for the others; empty text is missing."""
        return {name: _words(field) for name, field in self._fields.items()} | self._kept

    def fill_from(self, number: int) -> None:
        """Fill every column from one row of the frame, and ask."""
        sample = self._frame.row(number, named=True)
        for column in self._columns:
            self._set(column, as_text(sample.get(INPUT_PREFIX + column.name), column.type))
        self.changed.emit()

    def set_values(self, values: Mapping[str, str]) -> None:
        """Fill the named fields, and ask soon."""
        for column in self._columns:
            if column.name in values:
                self._set(column, values[column.name])
        self._timer.start()

    def _set(self, column: Column, words: str) -> None:
        if column.name in self._kept:
            self._kept[column.name] = words
            return
        field = self._fields[column.name]
        blocked = field.blockSignals(True)
        if isinstance(field, QComboBox):
            field.setCurrentText(words)
        elif isinstance(field, QPlainTextEdit):
            field.setPlainText(words)
        else:
            field.setText(words)
        field.blockSignals(blocked)

    def _label(self, column: Column) -> QLabel:
        name = column.name if len(column.name) <= 28 else column.name[:27] + "…"
        label = text(name)
        label.setWordWrap(False)
        label.setToolTip(column.name)
        return label

    def _field(self, column: Column) -> Field:
        field: Field
        if column.type is ColumnType.TEXT:
            field = QPlainTextEdit()
            field.setTabChangesFocus(True)
            field.setMinimumHeight(TEXT_LINES * field.fontMetrics().lineSpacing())
            field.textChanged.connect(self._timer.start)
        elif column.name in self._choices:
            field = QComboBox()
            field.setEditable(True)
            field.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
            field.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            field.addItems(["", *self._choices[column.name]])
            line = field.lineEdit()
            assert line is not None
            line.setAccessibleName(column.name)
            field.currentTextChanged.connect(self._timer.start)
        else:
            field = QLineEdit()
            field.setPlaceholderText("missing" if column.type is not ColumnType.DATE else "missing, or 2024-05-31")
            field.textEdited.connect(self._timer.start)
        field.setAccessibleName(column.name)
        self._fields[column.name] = field
        return field


def _words(field: Field) -> str:
    if isinstance(field, QPlainTextEdit):
        return field.toPlainText()
    return field.currentText() if isinstance(field, QComboBox) else field.text()


def choices_of(columns: Sequence[Column], frame: pl.DataFrame) -> dict[str, list[str]]:
    """Return the commonest values of each column of categories that has a field; for threads."""
    there = set(frame.columns)
    shown = [column.name for column in columns[:MOST_FIELDS] if column.type is ColumnType.CATEGORY]
    return {name: _commonest(frame[INPUT_PREFIX + name]) for name in shown if INPUT_PREFIX + name in there}


def _commonest(values: pl.Series) -> list[str]:
    counts = values.drop_nulls().value_counts(sort=True)
    return sorted(str(value) for value in counts[values.name][:MOST_CHOICES])
