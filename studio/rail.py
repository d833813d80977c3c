"""The left rail: the six screens, each with a dot that says how it stands."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QFrame, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from studio.actions import SCREENS
from studio.icons import pixmap
from studio.keys.keymap import keymap, with_key
from studio.screen import ScreenState
from studio.theme import SPACE, colours, theme

_ICON = 20
_PAD = 12
_SAID = {ScreenState.EMPTY: "nothing here yet", ScreenState.NEEDS_YOU: "needs you", ScreenState.READY: "ready"}


class RailButton(QAbstractButton):
    """One screen's name, icon and dot. A ring is empty, a half disc needs the person, a full disc is ready."""

    def __init__(self, screen_id: str, title: str) -> None:
        super().__init__()
        self.screen_id = screen_id
        self.state = ScreenState.EMPTY
        self.setText(title)
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme().changed.connect(self.update)
        keymap().changed.connect(self._follow_keys)
        self.set_state(ScreenState.EMPTY)

    def set_state(self, state: ScreenState) -> None:
        """Show how the screen stands, to the eye and to a screen reader."""
        self.state = state
        self.setAccessibleName(f"{self.text()}, {_SAID[state]}")
        self.setToolTip(with_key(f"{self.text()}: {_SAID[state]}", f"go.{self.screen_id}"))
        self.update()

    def _follow_keys(self) -> None:
        self.set_state(self.state)

    @override
    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self.text()) + _ICON + 5 * _PAD + 8
        return QSize(width, max(40, self.fontMetrics().height() + 2 * SPACE + 4))

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        if self.isChecked() or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(palette.accent_soft if self.isChecked() else palette.hover))
            painter.drawRoundedRect(box, 8, 8)
        if self.hasFocus():
            painter.setPen(QPen(QColor(palette.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, 8, 8)
        tone = "accent_text" if self.isChecked() else "text"
        middle = self.height() / 2
        picture = pixmap(self.screen_id, _ICON, tone if self.isChecked() else "muted", self.devicePixelRatioF())
        painter.drawPixmap(_PAD, round(middle - _ICON / 2), picture)
        font = self.font()
        font.setBold(self.isChecked())
        painter.setFont(font)
        painter.setPen(QColor(getattr(palette, tone)))
        words = QRectF(2 * _PAD + _ICON, 0, self.width() - 4 * _PAD - _ICON, self.height())
        painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter), self.text())
        self._paint_dot(painter, QRectF(self.width() - _PAD - 9, middle - 4.5, 9, 9))

    def _paint_dot(self, painter: QPainter, dot: QRectF) -> None:
        palette = colours()
        tone = {
            ScreenState.EMPTY: palette.control,
            ScreenState.NEEDS_YOU: palette.warn,
            ScreenState.READY: palette.good,
        }[self.state]
        painter.setPen(QPen(QColor(tone), 1.6))
        painter.setBrush(QColor(tone) if self.state is ScreenState.READY else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(dot.adjusted(1, 1, -1, -1))
        if self.state is ScreenState.NEEDS_YOU:
            painter.setBrush(QColor(tone))
            painter.drawPie(dot.adjusted(1, 1, -1, -1), -90 * 16, 180 * 16)


class Rail(QFrame):
    """The rail. Emits ``chosen`` with the id of a screen."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setAccessibleName("Screens")
        self.buttons: dict[str, RailButton] = {}
        self._group = QButtonGroup(self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(SPACE, 2 * SPACE, SPACE, 2 * SPACE)
        self._column.setSpacing(4)
        for screen_id, title in SCREENS:
            made = RailButton(screen_id, title)
            self._group.addButton(made)
            made.clicked.connect(lambda _checked=False, name=screen_id: self.chosen.emit(name))
            self.buttons[screen_id] = made
            self._column.addWidget(made)
        self._column.addStretch(1)

    def add_foot(self, widget: QWidget) -> None:
        """Put a widget at the bottom of the rail."""
        self._column.addWidget(widget)

    def select(self, screen_id: str) -> None:
        """Mark the screen that is shown."""
        self.buttons[screen_id].setChecked(True)
