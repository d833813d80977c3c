"""Which model is given away: the whole ensemble or the one small model, with what is known of each side by side."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QLabel, QRadioButton, QWidget

from studio.share.models import Offer
from studio.theme import SPACE
from studio.widgets.basics import text

_LAST = 3
_NONE = Offer("", "", "this run has none: no part of it was small and quick")


class ModelChoice(QWidget):
    """Emits ``changed`` when the other one is chosen."""

    changed = Signal()

    def __init__(self, whole: Offer, small: Offer | None) -> None:
        super().__init__()
        self.whole = QRadioButton("The whole ensemble")
        self.small = QRadioButton("One small model")
        self.whole.setChecked(True)
        self._group = QButtonGroup(self)
        self._cells: dict[tuple[QRadioButton, int], QLabel] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(2 * SPACE)
        grid.setVerticalSpacing(SPACE // 2)
        grid.setColumnStretch(_LAST, 1)
        for column, head in enumerate(("Which model", "Size", "One sample", "How good, as measured in training")):
            title = text(head, "caption")
            title.setWordWrap(column == _LAST)
            grid.addWidget(title, 0, column)
        for line, radio in enumerate((self.whole, self.small), start=1):
            self._group.addButton(radio)
            grid.addWidget(radio, line, 0)
            for column in range(1, _LAST + 1):
                label = self._cells[radio, column] = text("")
                label.setWordWrap(column == _LAST)
                grid.addWidget(label, line, column)
        self.show_offers(whole, small)
        self.small.toggled.connect(self.changed)

    @property
    def is_small(self) -> bool:
        """Whether the small model was chosen."""
        return self.small.isChecked()

    def show_offers(self, whole: Offer, small: Offer | None) -> None:
        """Show what the training measured: while it runs there are no figures yet, and often no small model."""
        self.small.setEnabled(small is not None)
        for radio, offer in ((self.whole, whole), (self.small, small or _NONE)):
            radio.setAccessibleDescription(offer.words)
            for column, said in enumerate((offer.size, offer.time, offer.score), start=1):
                self._cells[radio, column].setText(said or "–")
                self._cells[radio, column].setEnabled(radio.isEnabled())

    def show_measured(self, small: bool, size: str, time: str) -> None:
        """Show size and time of the file that came of one of them, in the place of what the training measured."""
        radio = self.small if small else self.whole
        for column, said in ((1, f"{size} as ONNX"), (2, f"{time} as ONNX")):
            self._cells[radio, column].setText(said)
        radio.setAccessibleDescription(", ".join(self._cells[radio, column].text() for column in range(1, _LAST + 1)))

    def switch(self) -> None:
        """Choose the other one, where there is one."""
        if self.small.isEnabled():
            (self.whole if self.is_small else self.small).setChecked(True)
