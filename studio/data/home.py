"""What is shown while no project is open: where to drop, the projects opened lately, and samples to try."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from resources.paths import BLOOD_CELLS, PENGUINS
from studio.icons import pixmap, set_icon
from studio.recent import recent
from studio.theme import SPACE, colours, theme
from studio.widgets.basics import button, text
from studio.widgets.entry import EntryButton

_SHOWN = 4


def sample_data() -> list[Path]:
    """Return the bundled data sets that are there: a folder of pictures, a table."""
    return [path for path in (BLOOD_CELLS, PENGUINS) if path.exists()]


class DropArea(QFrame):
    """A panel with a dashed border."""

    @override
    def paintEvent(self, _event: QPaintEvent) -> None:
        palette = colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(palette.control), 1.6)
        pen.setDashPattern([5, 4])
        painter.setPen(pen)
        painter.setBrush(QColor(palette.surface))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 14, 14)


class Home(QScrollArea):
    """The place to begin. ``project_chosen`` and ``sample_chosen`` carry a path."""

    folder_wanted = Signal()
    file_wanted = Signal()
    project_chosen = Signal(object)
    sample_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3 * SPACE)
        column.addWidget(self._drop_area(), 3)
        self._lists = QGridLayout()
        self._lists.setHorizontalSpacing(2 * SPACE)
        self._lists.setVerticalSpacing(SPACE)
        self._lists.setColumnStretch(0, 1)
        self._lists.setColumnStretch(1, 1)
        column.addLayout(self._lists)
        self.setWidget(body)
        theme().changed.connect(self._redraw)
        self.refresh()

    def refresh(self) -> None:
        """Look anew for recent projects and samples."""
        while self._lists.count():
            item = self._lists.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.deleteLater()
        self._add_list("Your projects", [self._project(path) for path in recent()[:_SHOWN]])
        self._add_list("Or try a sample", [self._sample(path) for path in sample_data()])

    def _add_list(self, heading: str, entries: list[EntryButton]) -> None:
        """Add a heading and its entries, two a line."""
        if not entries:
            return
        top = self._lists.rowCount()
        self._lists.addWidget(text(heading, "heading"), top, 0, 1, 2)
        for number, entry in enumerate(entries):
            self._lists.addWidget(entry, top + 1 + number // 2, number % 2)

    def _project(self, path: Path) -> EntryButton:
        entry = EntryButton("data", path.name, str(path.parent))
        entry.clicked.connect(lambda _checked=False: self.project_chosen.emit(path))
        return entry

    def _sample(self, path: Path) -> EntryButton:
        title = path.stem.replace("_", " ").capitalize()
        is_folder = path.is_dir()
        entry = EntryButton("photo" if is_folder else "table", title, "Photos" if is_folder else "A table")
        entry.clicked.connect(lambda _checked=False: self.sample_chosen.emit(path))
        return entry

    def _drop_area(self) -> QFrame:
        area = DropArea()
        area.setMinimumHeight(260)
        area.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        column = QVBoxLayout(area)
        column.setContentsMargins(4 * SPACE, 4 * SPACE, 4 * SPACE, 4 * SPACE)
        column.setSpacing(SPACE)
        column.addStretch(1)
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self._picture)
        column.addSpacing(SPACE)
        title = text("Drop a folder to begin", "title")
        line = text("Photos, sounds, texts or a spreadsheet. Folder names become labels.", "muted")
        for label in (title, line):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addSpacing(2 * SPACE)
        folder = button(" Choose folder", self.folder_wanted.emit, "primary")
        file = button(" Choose file", self.file_wanted.emit)
        set_icon(folder, "folder", "on_accent", 18)
        set_icon(file, "file", "text", 18)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACE)
        buttons.addStretch(1)
        buttons.addWidget(folder)
        buttons.addWidget(file)
        buttons.addStretch(1)
        column.addLayout(buttons)
        column.addStretch(1)
        self._redraw()
        return area

    def _redraw(self) -> None:
        self._picture.setPixmap(pixmap("drop", 56, "accent_text", self.devicePixelRatioF()))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(320, 240)
