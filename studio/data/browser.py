"""What is in the project: the grid or the table, the search field above, the counts per class beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from studio import wording
from studio.data.grid import Grid
from studio.data.grid_model import GridModel
from studio.data.table_model import TableModel
from studio.finding.filter_bar import FilterBar
from studio.finding.view import View
from studio.finding.wanted import Stand, Wanted
from studio.library import Library
from studio.listing import Listing
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
    columns_wanted = Signal()
    changed = Signal()

    def __init__(self, library: Library, view: View) -> None:
        super().__init__()
        self._project: Project | None = None
        self._library = library
        self._shown = view
        self.loader = PictureLoader(library.thumbnail, self)
        self.grid_model = GridModel(self.loader, self)
        self.grid = Grid(self.grid_model)
        self.table_model = TableModel(self)
        self.table = self._make_table()
        self.classes = ClassList("Filter by label")
        self.bar = FilterBar(view, library)
        self.search = self.bar.search
        self._build()
        view.changed.connect(self._show_rows)
        self.bar.left.connect(self.focus_samples)

    @property
    def listing(self) -> Listing:
        """All samples, of which some are shown."""
        return self._library.listing

    def show_listing(self, project: Project | None) -> None:
        """Show a project's samples."""
        if project is not self._project:
            self.loader.forget()
        self._project = project
        self._show_classes()

    def show_labels(self) -> None:
        """Follow labels that changed; what is shown is found anew where it depends on them."""
        self._show_classes()
        if self._shown.stale:
            self._shown.refresh()
        self._view()[0].viewport().update()

    def show_only(self, wanted: Wanted) -> None:
        """Show what matches other wishes."""
        self._shown.show(wanted)

    def selected(self) -> list[str]:
        """Return the ids of the selected samples, in order."""
        view, model = self._view()
        chosen = view.selectionModel().selection()  # by ranges: each cell would be an object of its own
        ranges = [chosen.at(place) for place in range(chosen.count())]
        rows = sorted({row for one in ranges for row in range(one.top(), one.bottom() + 1)})
        return [model.id_at(place) for place in rows]

    def focus_search(self) -> None:
        """Put the cursor into the search field."""
        self.bar.focus_search()

    def focus_samples(self) -> None:
        """Put the focus on the samples."""
        self._view()[0].setFocus()

    def _view(self) -> tuple[QAbstractItemView, GridModel | TableModel]:
        if self.listing.is_table:
            return self.table, self.table_model
        return self.grid, self.grid_model

    def _build(self) -> None:
        self._heading = text("", "title")
        self._caption = text("Everything that was taken in. Press Enter on one to label it.", "muted")
        self.columns = button("Columns…", self.columns_wanted.emit)
        self.columns.setToolTip("Say what each column of the table is used as")
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
        column.addWidget(row(self._heading, self.columns, button("Add more…", self.add_wanted.emit)))
        column.addWidget(self.bar)
        column.addWidget(self._caption)
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
        wanted = self._shown.wanted
        name = _UNLABELLED if wanted.stand is Stand.UNLABELLED and wanted.label is None else wanted.label or _ALL
        plain = wanted.ids is None and (wanted.stand is None or name == _UNLABELLED)
        model = self.classes.selectionModel()
        was = model.blockSignals(True)
        self.classes.choose(names.index(name) if name in names and plain else -1)
        model.blockSignals(was)
        self.classes.viewport().update()

    def _class_chosen(self) -> None:
        line = self.classes.current()
        if line is None:
            return
        label = None if line.name in (_ALL, _UNLABELLED) else line.name
        stand = Stand.UNLABELLED if line.name == _UNLABELLED else None
        wanted = replace(self._shown.wanted, label=label, stand=stand, suggested=None, ids=None, caption="")
        self._shown.show(wanted)

    def _show_rows(self) -> None:
        """Show the rows that were found."""
        rows = self._shown.rows
        self._views.setCurrentWidget(self.table if self.listing.is_table else self.grid)
        self.columns.setVisible(self.listing.is_table and self.listing.target is not None)
        if self.listing.is_table:
            self.table_model.show_rows(self.listing, rows)
        else:
            self.grid_model.show_rows(self.listing, rows, self._shown.places)
        self._heading.setText(wording.things(self.listing.modality, len(rows)))
        self._caption.setVisible(not self._shown.wanted.narrows)
        self._nothing.setVisible(not rows)
        self._choose_line()
        self.changed.emit()

    def _open(self, place: int) -> None:
        _view, model = self._view()
        self.opened.emit(model.id_at(place))
