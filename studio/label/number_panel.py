"""Where a table's number is typed as the label of a row."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QPoint, Signal
from PySide6.QtGui import QDoubleValidator
from PySide6.QtWidgets import QFrame, QToolTip, QVBoxLayout

from studio.listing import Label, shown
from studio.theme import SPACE
from studio.widgets.basics import button, text
from studio.widgets.field import Field

_NO_COMMAS = "Write decimals behind a point, and no commas."


class NumberPanel(QFrame):
    """A field for one number; Enter assigns it. Emits ``assigned`` (value), or ``accepted`` when it is empty."""

    assigned = Signal(float)
    accepted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", "true")
        self._shown: tuple[str, Label, str] | None = None
        self._heading = text("Value", "heading")
        self.field = Field()
        validator = QDoubleValidator(self)
        validator.setLocale(QLocale.c())
        self.field.setValidator(validator)
        self.field.setPlaceholderText("Type a number, then Enter")
        self.field.returnPressed.connect(self._entered)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        column.addWidget(self._heading)
        column.addWidget(self.field)
        column.addWidget(button("Set and go on", self._entered))
        column.addStretch(1)

    def show_value(self, target: str, value: Label, sample_id: str = "") -> None:
        """Show the number of the row shown now; what is being typed for the same row stays."""
        if (target, value, sample_id) == self._shown:
            return
        self._shown = (target, value, sample_id)
        self._heading.setText(target)
        self.field.setAccessibleName(f"Value of {target}")
        self.field.setText(f"{value:.12g}" if isinstance(value, float) else shown(value))

    def _entered(self) -> None:
        if not self.field.text():
            self.accepted.emit()
        elif "," in self.field.text():  # between thousands, or before decimals: nobody can tell
            below = self.field.mapToGlobal(QPoint(0, self.field.height()))
            QToolTip.showText(below, _NO_COMMAS, self.field)
            self.field.selectAll()
        elif self.field.hasAcceptableInput():
            self.assigned.emit(float(self.field.text()))
