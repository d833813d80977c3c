"""What is in the project: the grid or the table, the search field above, the counts per class beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from engine.task import Modality
from studio import wording
from studio.data.grid import Grid
from studio.data.grid_model import GridModel
from studio.data.table_model import TableModel
from studio.library import Library
from studio.listing import Filter, Listing
from studio.picture_loader import PictureLoader
from studio.theme import SPACE
from studio.widgets.basics import button, row, text
from studio.widgets.class_list import ClassList, ClassRow

if TYPE_CHECKING:
    from labeling.project import Project

_ALL = "\0all"
_UNLABELLED = "\0unlabelled"


class Browser(QWidget):
    """Shows a listing. Emits ``opened`` with the id of the sample to label and ``changed`` when the choice changes."""

    opened = Signal(str)
    add_wanted = Signal()
    changed = Signal()

    def __init__(self, library: Library) -> None:
        super().__init__()
        self._project: Project | None = None
        self._library = library
        self.listing = Listing(Modality.IMAGE)
        self.filter = Filter()
        self.loader = PictureLoader(library.thumbnail, self)
        self.grid_model = GridModel(self.loader, self)
        self.grid = Grid(self.grid_model)
        self.table_model = TableModel(self)
        self.table = self._make_table()
        self.classes = ClassList("Filter by label")
        self.search = QLineEdit()
        self._typed = QTimer(self, singleShot=True, interval=150)
        self._build()

    def show_listing(self, project: Project | None) -> None:
        """Show a project's samples."""
        if project is not self._project:
            self.loader.forget()
            self.filter = Filter()
            self.search.clear()
        self._project = project
        self.listing = self._library.listing
        is_table = self.listing.is_table
        self._views.setCurrentWidget(self.table if is_table else self.grid)
        self.search.setPlaceholderText("Search the values" if is_table else "Search by name")
        self._show_classes()
        self._refilter()

    def show_labels(self) -> None:
        """Follow labels that changed; a filter by class is applied anew."""
        self._show_classes()
        if self.filter.label is not None or self.filter.unlabelled:
            self._refilter()
        self._view()[0].viewport().update()

    def show_only(self, wanted: Filter) -> None:
        """Show what another filter lets through."""
        self.filter = wanted
        if not wanted.words:
            self.search.clear()
        self._choose_line()
        self._refilter()

    def selected(self) -> list[str]:
        """Return the ids of the selected samples, in order."""
        view, model = self._view()
        rows = sorted({index.row() for index in view.selectionModel().selectedIndexes()})
        return [model.id_at(place) for place in rows]

    def focus_search(self) -> None:
        """Put the cursor into the search field."""
        self.search.setFocus()
        self.search.selectAll()

    def focus_samples(self) -> None:
        """Put the focus on the samples."""
        self._view()[0].setFocus()

    def _view(self) -> tuple[QAbstractItemView, GridModel | TableModel]:
        if self.listing.is_table:
            return self.table, self.table_model
        return self.grid, self.grid_model

    def _build(self) -> None:
        self.search.setAccessibleName("Search")
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(320)
        self.search.textChanged.connect(lambda _words: self._typed.start())
        self._typed.timeout.connect(self._searched)
        self._heading = text("", "title")
        self._caption = text("", "muted")
        self._only = button("Show all", lambda: self.show_only(Filter()))
        self._nothing = text("Nothing matches. Search for other words or choose another label.", "muted")
        self._views = QStackedWidget()
        self._views.addWidget(self.grid)
        self._views.addWidget(self.table)
        for view in (self.grid, self.table):
            view.activated.connect(lambda index: self._open(index.row()))
            view.selectionModel().selectionChanged.connect(lambda _new, _old: self.changed.emit())
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        column.addWidget(row(self._heading, self.search, button("Add more…", self.add_wanted.emit)))
        column.addWidget(row(self._caption, self._only))
        column.addWidget(self._nothing)
        column.addWidget(self._views, 1)
        splitter = QSplitter()
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(2 * SPACE)
        splitter.addWidget(left)
        splitter.addWidget(self._side())
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([800, 240])
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.addWidget(splitter)

    def _side(self) -> QFrame:
        side = QFrame()
        side.setProperty("card", "true")
        side.setMinimumWidth(180)
        column = QVBoxLayout(side)
        column.setContentsMargins(SPACE, 2 * SPACE, SPACE, SPACE)
        column.setSpacing(SPACE)
        heading = text("Labels", "heading")
        heading.setContentsMargins(SPACE, 0, SPACE, 0)
        column.addWidget(heading)
        column.addWidget(self.classes, 1)
        self.classes.selectionModel().currentChanged.connect(lambda _new, _old: self._class_chosen())
        return side

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.table_model)
        table.setAccessibleName("Rows")
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setAlternatingRowColors(True)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.horizontalHeader().setDefaultSectionSize(132)
        table.horizontalHeader().setStretchLastSection(True)
        table.verticalHeader().setDefaultSectionSize(max(32, table.fontMetrics().height() + 2 * SPACE))
        return table

    def _show_classes(self) -> None:
        classes = self._library.counts()
        self.grid.tiles.class_index = {name: index for index, name in enumerate(classes)}
        total = len(self.listing)
        unlabelled = total - self._library.labelled
        lines = [ClassRow(_ALL, total, shown_name="All")]
        if unlabelled:
            lines.append(ClassRow(_UNLABELLED, unlabelled, shown_name="No label"))
        lines += [ClassRow(name, count, index) for index, (name, count) in enumerate(classes.items())]
        self.classes.classes.show_rows(lines)
        self._choose_line()

    def _choose_line(self) -> None:
        names = [line.name for line in self.classes.classes.rows]
        wanted = _UNLABELLED if self.filter.unlabelled else self.filter.label or _ALL
        model = self.classes.selectionModel()
        was = model.blockSignals(True)
        self.classes.choose(names.index(wanted) if wanted in names and self.filter.ids is None else -1)
        model.blockSignals(was)
        self.classes.viewport().update()

    def _class_chosen(self) -> None:
        line = self.classes.current()
        if line is None:
            return
        unlabelled = line.name == _UNLABELLED
        label = None if line.name in (_ALL, _UNLABELLED) else line.name
        self.filter = Filter(label=label, unlabelled=unlabelled, words=self.filter.words)
        self._refilter()

    def _searched(self) -> None:
        if self.search.text() != self.filter.words:
            self.filter = replace(self.filter, words=self.search.text())
            self._refilter()

    def _refilter(self) -> None:
        rows = self.listing.select(self.filter)
        _view, model = self._view()
        model.show_rows(self.listing, rows)
        self._heading.setText(wording.things(self.listing.modality, len(rows)))
        narrowed = self.filter != Filter()
        self._only.setVisible(narrowed)
        self._caption.setText(self._caption_words(len(rows)))
        self._nothing.setVisible(not rows)
        self.changed.emit()

    def _caption_words(self, visible: int) -> str:
        if self.filter.caption:
            return self.filter.caption
        if visible == len(self.listing):
            return "Everything that was taken in. Press Enter on one to label it."
        return f"of {wording.things(self.listing.modality, len(self.listing))}"

    def _open(self, place: int) -> None:
        _view, model = self._view()
        self.opened.emit(model.id_at(place))
