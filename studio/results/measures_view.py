"""Every figure of a run with its interval, for those who want them all. Closed until asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QPushButton, QVBoxLayout, QWidget

from studio import wording
from studio.theme import SPACE
from studio.widgets.basics import text

NAMES = {
    "nauc": "Ranking quality (NAUC)",
    "accuracy": "Accuracy",
    "macro_f1": "Balance of found and trusted (macro F1)",
    "log_loss": "Surprise (log-loss, lower is better)",
    "r2": "Explained (R²)",
    "rmse": "Typical error, large ones count more (RMSE)",
}


class MeasuresDrawer(QWidget):
    """A switch called All figures, and under it the figures on the validation and on the test part."""

    def __init__(self) -> None:
        super().__init__()
        self.switch = QPushButton("All figures")
        self.switch.setCheckable(True)
        self.switch.setProperty("kind", "quiet")
        self._inside = QWidget()
        self._grid = QGridLayout(self._inside)
        self._grid.setContentsMargins(SPACE, 0, 0, 0)
        self._grid.setHorizontalSpacing(3 * SPACE)
        self._grid.setColumnStretch(3, 1)
        self._inside.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.switch, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self._inside)
        self.switch.toggled.connect(self._inside.setVisible)

    def show_result(self, result: Mapping[str, Any] | None) -> None:
        """Show the figures of ``result.json``; nothing while there is none."""
        while (item := self._grid.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.deleteLater()
        scores = (result or {}).get("scores")
        self.setVisible(bool(scores))
        if not scores:
            return
        self._write(0, ("", "While learning (validation)", "On the test part"), "caption")
        for number, (name, found) in enumerate(scores["validation"].items(), start=1):
            test = (scores["test"] or {}).get(name)
            self._write(number, (NAMES.get(name, name), _figure(found), _figure(test)))
        area = (result or {}).get("alc") or {}
        words = ("Area under the learning curve (ALC)", *(_number(area.get(part)) for part in ("validation", "test")))
        self._write(len(scores["validation"]) + 1, words)

    def _write(self, line: int, words: tuple[str, ...], role: str = "") -> None:
        for column, word in enumerate(words):
            label = text(word, role)
            label.setWordWrap(False)
            self._grid.addWidget(label, line, column)


def _figure(found: Mapping[str, float] | None) -> str:
    if found is None:
        return "–"
    return f"{_number(found['value'])} ({_number(found['low'])} to {_number(found['high'])})"


def _number(value: float | None) -> str:
    return "–" if value is None else wording.amount(value, 4)
