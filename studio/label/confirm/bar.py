"""Above the confirm grid: how sure is sure enough, and how many suggestions that accepts."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QSlider, QWidget

from studio.theme import SPACE
from studio.widgets.basics import button, text
from studio.widgets.flow import FlowLayout

_LEAST, _MOST, _FIRST = 50, 99, 95


class ConfirmBar(QWidget):
    """Emits ``accepted`` when the suggestions at least ``sure`` are to be accepted, ``moved`` when that changes."""

    accepted = Signal()
    moved = Signal()
    only_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(_LEAST, _MOST)
        self.slider.setValue(_FIRST)
        self.slider.setFixedSize(140, 28)
        self.slider.setAccessibleName("How sure is sure enough, in per cent")
        self.accept = button("", self.accepted.emit)
        self.only = QCheckBox("Suggestions alone")
        self.only.setToolTip("Leave out samples without a suggestion and those that have a label")
        self._said = text()
        self._said.setWordWrap(False)
        line = FlowLayout(self, gap=SPACE)
        for part in (self._said, self.slider, self.accept, self.only):
            line.addWidget(part)
        self.slider.valueChanged.connect(lambda _value: self.moved.emit())
        self.only.toggled.connect(lambda _on: self.only_changed.emit())
        self.show_count(0, False)

    @property
    def sure(self) -> float:
        """From which chance on a suggestion is sure enough, 0 to 1."""
        return self.slider.value() / 100

    def show_count(self, count: int, any_suggested: bool) -> None:
        """Show how many suggestions are sure enough."""
        sure = self.slider.value()
        if any_suggested:
            self._said.setText(f"At least {sure}% sure: {count:,}")
        else:
            self._said.setText("No suggestions yet. They come after about ten labels of two classes.")
        self.accept.setText(f"Accept {count:,}" if count else "Accept none")
        self.accept.setEnabled(count > 0)
        for made in (self.slider, self.accept, self.only):
            made.setVisible(any_suggested)
