"""A question with a few usual answers, and a field for any other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from studio.theme import SPACE
from studio.widgets.basics import text

_FIELD = 120  # pixels


class NumberChooser(QWidget):
    """Emits ``changed`` when the person changes :attr:`number`; that is None while the field holds no answer.

    ``usual`` are the numbers that have buttons, with their titles and how these are read out; ``read`` makes a number
    of what was typed, or raises ValueError; ``unit`` stands behind it; ``problem`` is said while the field holds no
    answer. A field that is emptied means ``empty``, one of the usual, unless that is None: then it holds no answer.
    """

    changed = Signal()

    def __init__(
        self,
        usual: Sequence[tuple[float, str, str]],
        read: Callable[[str], float],
        unit: str,
        problem: str,
        empty: float | None = None,
    ) -> None:
        super().__init__()
        self._numbers = [number for number, _, _ in usual]
        self._read, self._unit, self._wrong, self._empty = read, unit, problem, empty
        self._group = QButtonGroup(self)
        choices = QHBoxLayout()
        choices.setSpacing(SPACE)
        for place, (_, title, read_out) in enumerate(usual):
            choice = QPushButton(title)
            choice.setCheckable(True)
            choice.setAccessibleName(read_out)
            self._group.addButton(choice, place)
            choices.addWidget(choice)
        self.custom = QLineEdit()
        self.custom.setMaximumWidth(_FIELD)
        self.custom.setMinimumWidth(_FIELD // 2)  # in a small window no button is to be cut off
        choices.addWidget(self.custom, 1)
        choices.addStretch()
        self.problem = text("", "muted")
        self.problem.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(choices)
        layout.addWidget(self.problem)
        self._group.idClicked.connect(self._take_usual)
        self.custom.textEdited.connect(self._take_typed)

    @property
    def number(self) -> float | None:
        """What is chosen, or None while the field holds no answer."""
        place = self._group.checkedId()
        if place >= 0:
            return self._numbers[place]
        try:
            return self._read(self.custom.text())
        except ValueError:
            return None

    def choose(self, number: float) -> None:
        """Choose a number; one that is not usual goes into the field."""
        if number in self._numbers:
            self._check(number)
            self.custom.clear()
        else:
            self._uncheck()
            self.custom.setText(f"{number:.12g}{self._unit}")
        self._show_problem()

    def _take_usual(self, _place: int) -> None:
        self.custom.clear()
        self._show_problem()
        self.changed.emit()

    def _take_typed(self, typed: str) -> None:
        if typed:
            self._uncheck()
        elif self._empty is not None:
            self._check(self._empty)
        self._show_problem()
        self.changed.emit()

    def _check(self, number: float) -> None:
        self._group.button(self._numbers.index(number)).setChecked(True)

    def _uncheck(self) -> None:
        self._group.setExclusive(False)
        for choice in self._group.buttons():
            choice.setChecked(False)
        self._group.setExclusive(True)

    def _show_problem(self) -> None:
        wrong = self.number is None
        self.problem.setVisible(wrong)
        self.problem.setText(self._wrong if wrong else "")
