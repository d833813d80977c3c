"""How long may it train? A few usual answers, and a field for any other."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from engine.budget import parse_duration
from studio import wording
from studio.theme import SPACE
from studio.widgets.basics import text

USUAL_S = (60.0, 300.0, 600.0, 3600.0)
LEAST_S, MOST_S = 5.0, 7 * 24 * 3600.0


class DurationChooser(QWidget):
    """Emits ``changed`` whenever :attr:`seconds` does; that is None while the field holds no duration."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._group = QButtonGroup(self)
        choices = QHBoxLayout()
        choices.setSpacing(SPACE)
        for seconds in USUAL_S:
            choice = QPushButton(wording.duration(seconds))
            choice.setCheckable(True)
            choice.setMinimumWidth(64)
            choice.setAccessibleName(f"Train for {wording.duration(seconds)}")
            self._group.addButton(choice, int(seconds))
            choices.addWidget(choice)
        self.custom = QLineEdit()
        self.custom.setPlaceholderText("or e.g. 20m")
        self.custom.setAccessibleName("Another duration")
        self.custom.setToolTip("90s, 20m or 2h")
        self.custom.setFixedWidth(120)
        choices.addWidget(self.custom)
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
    def seconds(self) -> float | None:
        """What is chosen, or None while the field holds no duration."""
        if self._group.checkedId() >= 0:
            return float(self._group.checkedId())
        try:
            seconds = parse_duration(self.custom.text())
        except ValueError:
            return None
        return seconds if LEAST_S <= seconds <= MOST_S else None

    def choose(self, seconds: float) -> None:
        """Choose a duration; one that is not usual goes into the field."""
        usual = self._group.button(int(seconds)) if seconds in USUAL_S else None
        if usual is not None:
            usual.setChecked(True)
            self.custom.clear()
        else:
            self._uncheck()
            self.custom.setText(f"{seconds:g}s")
        self._show_problem()

    def _take_usual(self, _seconds: int) -> None:
        self.custom.clear()
        self._show_problem()
        self.changed.emit()

    def _take_typed(self, typed: str) -> None:
        if typed:
            self._uncheck()
        self._show_problem()
        self.changed.emit()

    def _uncheck(self) -> None:
        self._group.setExclusive(False)
        for choice in self._group.buttons():
            choice.setChecked(False)
        self._group.setExclusive(True)

    def _show_problem(self) -> None:
        wrong = self.seconds is None
        self.problem.setVisible(wrong)
        self.problem.setText(
            f"A duration looks like 90s, 20m or 2h, from {wording.duration(LEAST_S)} to 168 h." if wrong else ""
        )
