"""What was understood of a drop, as one sentence to be read and changed before anything is taken in."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from labeling.understanding import TABLE_FORMAT
from studio.theme import SPACE
from studio.widgets.basics import button, row, text
from studio.widgets.flow import FlowLayout
from studio.widgets.message_bar import MessageBar

if TYPE_CHECKING:
    from labeling.understanding import LeftOut, Part, Understanding

_FIELD_NAMES = {
    "target": "Column to predict",
    "kind": "Kind of answer",
    "layout": "Where the labels come from",
    "apart": "Part for the test",
}
_LEFT_OUT_SHOWN = 6


class Sentence(QWidget):
    """The sentence, word by word, so that it wraps; its fields are combo boxes. Emits ``picked`` (field, option)."""

    picked = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self._flow = FlowLayout(self, gap=7, line_gap=10)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_parts(self, parts: tuple[Part, ...]) -> None:
        """Show other words."""
        while (item := self._flow.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.setAccessibleName("".join(part.text for part in parts))
        for part in parts:
            if part.field and part.options:
                self._flow.addWidget(self._choice(part))
            else:
                self._add_words(part)
        self.updateGeometry()

    def _add_words(self, part: Part) -> None:
        words = part.text.split()
        last = self._flow.itemAt(self._flow.count() - 1)
        before = last.widget() if last is not None else None
        if words and isinstance(before, QLabel) and not part.text[0].isspace():
            before.setText(before.text() + words.pop(0))
        for word in words:
            label = QLabel(word)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setProperty("role", "sentence-strong" if part.field else "sentence")
            self._flow.addWidget(label)

    def _choice(self, part: Part) -> QComboBox:
        box = QComboBox()
        options = list(part.options)
        if part.text not in options:
            box.setPlaceholderText(part.text)
        box.addItems(options)
        box.setCurrentIndex(options.index(part.text) if part.text in options else -1)
        field = part.field or ""
        box.setAccessibleName(_FIELD_NAMES.get(field, field))
        box.setProperty("role", "sentence")
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(min(28, len(part.text)))
        box.view().setTextElideMode(Qt.TextElideMode.ElideMiddle)
        box.activated.connect(lambda index: self.picked.emit(field, options[index]))
        return box


class DropSheet(QScrollArea):
    """Shows an understanding. Emits ``accepted``, ``refused`` (nothing is taken in) and ``picked`` (field, option).

    ``columns_wanted`` asks for what each column of a table is used as.
    """

    accepted = Signal()
    refused = Signal()
    picked = Signal(str, str)
    columns_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("What was understood")
        body = QWidget()
        outer = QVBoxLayout(body)
        outer.setContentsMargins(0, 0, 0, 0)
        card = QFrame()
        card.setProperty("card", "true")
        card.setMaximumWidth(860)
        column = QVBoxLayout(card)
        column.setContentsMargins(4 * SPACE, 4 * SPACE, 4 * SPACE, 3 * SPACE)
        column.setSpacing(2 * SPACE)
        self._heading = text("", "muted")
        self.sentence = Sentence()
        self.sentence.picked.connect(self.picked)
        self._notes = QVBoxLayout()
        self._notes.setSpacing(SPACE)
        self.take = button("Take it in", self.accepted.emit, "primary")
        self.leave = button("Cancel", self.refused.emit)
        self.columns = button("Columns…", self.columns_wanted.emit)
        self.columns.setToolTip("Say what each column of the table is used as")
        buttons = QHBoxLayout()
        buttons.addWidget(self.columns)
        buttons.addStretch(1)
        buttons.addWidget(self.leave)
        buttons.addWidget(self.take)
        column.addWidget(self._heading)
        column.addWidget(self.sentence)
        column.addLayout(self._notes)
        column.addSpacing(SPACE)
        column.addLayout(buttons)
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(card, 20)
        middle.addStretch(1)
        outer.addStretch(1)
        outer.addLayout(middle)
        outer.addStretch(2)
        self.setWidget(body)

    def show_understanding(self, understanding: Understanding) -> None:
        """Show what was understood."""
        self._heading.setText(f"In {understanding.place} there are")
        self.sentence.show_parts(understanding.sentence())
        needs_choice = understanding.holds_rows and understanding.target is None
        self.take.setEnabled(not needs_choice)
        self.columns.setVisible(understanding.format == TABLE_FORMAT)
        self._show_notes(understanding)
        choice = self.sentence.findChild(QComboBox)
        (choice if needs_choice and isinstance(choice, QComboBox) else self.take).setFocus()

    def _show_notes(self, understanding: Understanding) -> None:
        while (item := self._notes.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for problem in understanding.problems:
            self._notes.addWidget(MessageBar("warning", problem, closable=False))
        if understanding.left_out:
            self._notes.addWidget(text("Not learned from", "heading"))
            offered_first = sorted(understanding.left_out, key=lambda column: column.final)
            for column in offered_first[:_LEFT_OUT_SHOWN]:
                self._notes.addWidget(self._left_out(column))
            more = len(understanding.left_out) - _LEFT_OUT_SHOWN
            if more > 0:
                self._notes.addWidget(text(f"and {more} more", "muted"))

    def _left_out(self, column: LeftOut) -> QWidget:
        """Return a line that says why a column is left out, with a way to take it in where there is one."""
        reason = text(f"{column.name}: {column.reason}", "muted")
        if column.final:
            return reason
        keep = button("Learn from it", partial(self.picked.emit, "keep", column.name))
        keep.setAccessibleName(f"Learn from {column.name}")
        keep.setToolTip("Take this column in all the same. Do so if you will know it before you know the answer.")
        return row(reason, None, keep)
