"""Where a table's number is typed as the label of a row."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Signal
from PySide6.QtGui import QDoubleValidator
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout

from studio.listing import Label, shown
from studio.theme import SPACE
from studio.widgets.basics import button, text


class NumberPanel(QFrame):
    """A field for one number; Enter assigns it and goes on. Emits ``assigned`` (value)."""

    assigned = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", "true")
        self._heading = text("Value", "heading")
        self.field = QLineEdit()
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

    def show_value(self, target: str, value: Label) -> None:
        """Show the number of the row shown now."""
        self._heading.setText(target)
        self.field.setAccessibleName(f"Value of {target}")
        self.field.setText(f"{value:.12g}" if isinstance(value, float) else shown(value))

    def _entered(self) -> None:
        if self.field.hasAcceptableInput():
            self.assigned.emit(float(self.field.text()))
