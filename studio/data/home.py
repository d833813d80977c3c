"""What is shown while no project is open: where to drop, the projects opened lately, and samples to try."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from resources.paths import BLOOD_CELLS, PENGUINS
from studio.icons import pixmap, set_icon
from studio.recent import recent
from studio.theme import SPACE, theme
from studio.widgets.basics import button, text
from studio.widgets.entry import EntryButton

_SHOWN = 4


def sample_data() -> list[Path]:
    """Return the bundled data sets that are there: a folder of pictures, a table."""
    return [path for path in (BLOOD_CELLS, PENGUINS) if path.exists()]


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
        self._lists.setHorizontalSpacing(3 * SPACE)
        self._lists.setVerticalSpacing(SPACE)
        self._lists.setColumnStretch(0, 1)
        self._lists.setColumnStretch(1, 1)
        column.addLayout(self._lists)
        column.addStretch(1)
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
        column = 0
        projects = recent()[:_SHOWN]
        if projects:
            self._add_list(column, "Your projects", [self._project(path) for path in projects])
            column += 1
        samples = sample_data()[:_SHOWN]
        if samples:
            self._add_list(column, "Or try a sample", [self._sample(path) for path in samples])

    def _add_list(self, column: int, heading: str, entries: list[QWidget]) -> None:
        self._lists.addWidget(text(heading, "heading"), 0, column)
        for line, entry in enumerate(entries, start=1):
            self._lists.addWidget(entry, line, column, Qt.AlignmentFlag.AlignTop)

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
        area = QFrame()
        area.setProperty("drop", "true")
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
        line = text("Photos or a spreadsheet. Folder names become labels.", "muted")
        for label in (title, line):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        column.addSpacing(2 * SPACE)
        folder = button("Choose folder", self.folder_wanted.emit, "primary")
        file = button("Choose file", self.file_wanted.emit)
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
