"""What each column of a table is for: learned from in one of several ways, keeping rows together, predicted or not."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from labeling.tables.anew import Offered
from studio.data.column_table import ColumnModel, ColumnTable
from studio.theme import SPACE
from studio.widgets.basics import button, row, text

_KEYS_SAID = (
    "N number · C category · T text · D date · G keeps rows together · X left out · P predict · "
    "Return shows what there is"
)
_NOTHING_PREDICTED = "Nothing is predicted now. Go to the column that is to be predicted and press P."


class ColumnsDialog(QDialog):
    """Emits ``chosen`` with what the person wants, a :class:`studio.data.column_table.Chosen`."""

    chosen = Signal(object)

    def __init__(self, columns: Sequence[Offered], target: str | None, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Columns")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.model = ColumnModel(columns, target, self)
        self.table = ColumnTable(self.model)
        self.take = button("Use them so", self._take, "primary")
        self._said = text(_KEYS_SAID, "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
        column.setSpacing(SPACE)
        column.addWidget(text("What each column is used as", "heading"))
        column.addWidget(self.table, 1)
        column.addWidget(self._said)
        column.addWidget(row(None, button("Cancel", self.reject), self.take))
        self.resize(720, 480)
        self.model.changed.connect(self._show_state)
        self._show_state()
        self.table.setFocus()

    def _show_state(self) -> None:
        predicts = self.model.chosen().target is not None
        self.take.setEnabled(self.model.is_other and predicts)
        self._said.setText(_KEYS_SAID if predicts else _NOTHING_PREDICTED)

    def _take(self) -> None:
        self.accept()
        self.chosen.emit(self.model.chosen())
