"""The plain pieces every screen is built from, in one look."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from studio.theme import SPACE


def text(words: str = "", role: str = "") -> QLabel:
    """Return a wrapping label; ``role`` as in :mod:`studio.stylesheet`. Words from files are never read as markup."""
    label = QLabel(words)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    if role:
        label.setProperty("role", role)
    return label


def button(title: str, calls: Callable[[], object] | None = None, kind: str = "") -> QPushButton:
    """Return a push button; ``kind`` is ``primary``, ``danger``, ``quiet`` or empty."""
    made = QPushButton(title)
    made.setAutoDefault(False)
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    if kind:
        made.setProperty("kind", kind)
    if calls is not None:
        made.clicked.connect(lambda _checked=False: calls())
    return made


def card(*children: QWidget, spacing: int = SPACE) -> QFrame:
    """Return a raised panel with its children below each other."""
    frame = QFrame()
    frame.setProperty("card", "true")
    column = QVBoxLayout(frame)
    column.setContentsMargins(2 * SPACE, 2 * SPACE, 2 * SPACE, 2 * SPACE)
    column.setSpacing(spacing)
    for child in children:
        column.addWidget(child)
    return frame


def row(*children: QWidget | None, spacing: int = SPACE) -> QWidget:
    """Return its children beside each other; None is a stretch."""
    holder = QWidget()
    line = QHBoxLayout(holder)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(spacing)
    for child in children:
        if child is None:
            line.addStretch(1)
        else:
            line.addWidget(child)
    return holder
