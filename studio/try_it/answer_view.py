"""One answer: its words, and a bar for every class, the likeliest five first."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from studio import wording
from studio.theme import SPACE, colours, theme
from studio.try_it.answers import Answer
from studio.widgets.basics import button, text

FIRST_SHOWN = 5
_LINE, _NAME, _FIGURE = 30, 0.34, 52


class ShareBars(QWidget):
    """Bars of classes and their shares, painted; said aloud as one sentence."""

    def __init__(self) -> None:
        super().__init__()
        self._shares: tuple[tuple[str, float], ...] = ()
        self._standing = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("How sure the model is of each class")
        theme().changed.connect(self.update)

    def show_shares(self, shares: tuple[tuple[str, float], ...], standing: int) -> None:
        """Show these classes, the first ``standing`` of them as those to be believed."""
        self._shares, self._standing = shares, standing
        self.setAccessibleDescription(", ".join(f"{name} {wording.of_100(share)}%" for name, share in shares))
        self.setToolTip("\n".join(f"{name}: {share:.2%}" for name, share in shares[:40]))
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(280, _LINE * len(self._shares))

    @override
    def paintEvent(self, _event: QPaintEvent) -> None:
        now = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = QFontMetrics(self.font())
        name_width = round(self.width() * _NAME)
        room = self.width() - name_width - _FIGURE - 2 * SPACE
        for number, (name, share) in enumerate(self._shares):
            top = number * _LINE
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.setPen(QColor(now.text if number < self._standing else now.muted))
            elided = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, name_width)
            painter.drawText(0, top, name_width, _LINE, middle, elided)
            painter.drawText(
                self.width() - _FIGURE, top, _FIGURE, _LINE, middle | Qt.AlignmentFlag.AlignRight, _percent(share)
            )
            painter.setPen(Qt.PenStyle.NoPen)
            left, height = name_width + SPACE, 10
            painter.setBrush(QColor(now.border))
            painter.drawRoundedRect(left, top + (_LINE - height) // 2, room, height, 5, 5)
            painter.setBrush(QColor(now.accent if number < self._standing else now.control))
            painter.drawRoundedRect(left, top + (_LINE - height) // 2, max(4, round(room * share)), height, 5, 5)


class AnswerView(QWidget):
    """An answer in words and bars; more than five classes are shown when asked for.

    ``off_by`` says how far from the truth numbers are as a rule; it stands under each number.
    """

    def __init__(self, off_by: str = "") -> None:
        super().__init__()
        self._off_by = off_by
        self._answer: Answer | None = None
        self._all = False
        self.title = text("", "title")
        self.title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.title.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.remark = text("", "muted")
        self.bars = ShareBars()
        self.more = button("", self._toggle, "quiet")
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(self.title)
        column.addWidget(self.remark)
        column.addWidget(self.bars)
        column.addWidget(self.more)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(area)
        self.show_answer(None)

    def show_answer(self, answer: Answer | None, waiting: str = "") -> None:
        """Show an answer, or the words to wait with."""
        self._answer = answer
        self.title.setText(answer.title if answer is not None else waiting)
        number = answer is not None and isinstance(answer.said, float)
        self.remark.setText(self._off_by if number else answer.remark if answer is not None else "")
        self.remark.setVisible(bool(self.remark.text()))
        self._show_bars()

    def _toggle(self) -> None:
        self._all = not self._all
        self._show_bars()

    def _show_bars(self) -> None:
        shares = self._answer.shares if self._answer is not None else ()
        shown = shares if self._all else shares[:FIRST_SHOWN]
        self.bars.show_shares(shown, self._answer.standing if self._answer is not None else 0)
        self.bars.setVisible(bool(shown))
        self.more.setVisible(len(shares) > FIRST_SHOWN)
        self.more.setText("Show fewer" if self._all else f"Show all {len(shares)}")


def _percent(share: float) -> str:
    return "<1%" if 0 < share < 0.005 else f"{wording.of_100(share)}%"
