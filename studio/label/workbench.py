"""The parts of the Label screen and where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.task import Modality
from labeling.suggest.model import Suggestion
from labeling.understanding import count
from studio.actions import find
from studio.data.grid_model import GridModel
from studio.finding.filter_bar import FilterBar
from studio.finding.view import View
from studio.icons import set_icon
from studio.keys.keymap import keymap
from studio.keys.names import shown as key_name
from studio.label.class_panel import ClassPanel
from studio.label.confirm.page import ConfirmPage
from studio.label.filmstrip import Filmstrip
from studio.label.number_panel import NumberPanel
from studio.label.order import Order
from studio.label.photo_stage import PhotoStage
from studio.label.reading import Reading
from studio.label.row_stage import RowStage
from studio.label.sound_stage import SoundStage
from studio.label.suggestion_bar import SuggestionBar
from studio.listing import Listing, shown
from studio.picture_loader import PictureLoader
from studio.session import Session
from studio.theme import SPACE
from studio.widgets.basics import button, row, text
from studio.widgets.empty_state import EmptyState

if TYPE_CHECKING:
    from labeling.project import Project


class Workbench(QWidget):
    """Progress above, the sample in the middle with its neighbours below, classes or a number at the right."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._project: Project | None = None
        self.thumbnails = PictureLoader(session.library.thumbnail, self)
        self.confirm = ConfirmPage(session, self.thumbnails)
        self.finder = FilterBar(session.view, session.library)
        self.suggestion = SuggestionBar()
        self.strip_model = GridModel(self.thumbnails, self)
        self.strip = Filmstrip(self.strip_model)
        self.photo_stage = PhotoStage()
        self.sound_stage = SoundStage()
        self.row_stage = RowStage()
        self.reading = Reading()
        self.text_stage = self.reading.stage
        self.panel = ClassPanel(session.changes.merged_count)
        self.number = NumberPanel()
        self.previous = _arrow("left")
        self.next = _arrow("right")
        self.single = _switch("One", "One sample large")
        self.single.setChecked(True)
        self.grid = _switch("Grid", "Many samples, to confirm what is suggested")
        self.copies = QCheckBox()
        self.copies.setToolTip("Samples that are nearly the same as this one, and labelled like it, get its label too")
        self.copies.hide()
        self._progress = text("", "heading")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 1000)
        self._bar.setAccessibleName("Share of samples with a label")
        self._name = text()
        self._place = text("", "muted")
        self._place.setWordWrap(False)
        self._build()

    def show_listing(self, project: Project | None, listing: Listing, is_number: bool) -> None:
        """Prepare for the samples of a listing."""
        if project is not self._project:
            self.thumbnails.forget()
        self._project = project
        is_table = listing.is_table
        of_files = {Modality.IMAGE: self.photo_stage, Modality.AUDIO: self.sound_stage}
        is_text = listing.modality is Modality.TEXT
        rows = self.reading if is_text else self.row_stage
        self._stages.setCurrentWidget(of_files.get(listing.modality, rows))
        self.strip.setVisible(not is_table)
        self._sides.setCurrentWidget(self.number if is_number else self.panel)

    def show_rows(self, view: View) -> None:
        """Show which samples are walked through."""
        self.strip_model.show_rows(view.listing, [] if view.listing.is_table else view.rows, view.places)
        if not view.rows:
            self._middles.setCurrentWidget(self._nothing)
        elif self._middles.currentWidget() is self._nothing:
            self._middles.setCurrentWidget(self.confirm if self.grid.isChecked() else self._one)

    def show_many(self, many: bool) -> None:
        """Show the confirm grid, or one sample large."""
        self._middles.setCurrentWidget(self.confirm if many else self._one)
        self.single.setChecked(not many)
        self.grid.setChecked(many)

    def show_keys(self) -> None:
        """Say on the buttons which keys do the same."""
        for made, command in (
            (self.previous, "previous"),
            (self.next, "next"),
            (self.single, "grid"),
            (self.grid, "grid"),
        ):
            action = find(f"label.{command}")
            keys = " or ".join(key_name(key) for key in keymap().keys(action))
            words = made.accessibleName() if command == "grid" else action.title
            made.setToolTip(f"{words} ({keys})" if keys else words)
            made.setAccessibleName(words)

    def show_sample(self, order: Order, counts: dict[str, int]) -> None:
        """Show a sample's name, label and values, and where it stands."""
        listing, row_here, place = order.listing, order.row, order.place
        if row_here is None:
            return
        label = shown(listing.labels[row_here])
        said = f"labelled “{label}”" if label else "skipped" if order.is_skipped(place) else "no label yet"
        self._name.setText(f"{listing.name(row_here)} – {said}")
        self._name.setToolTip(listing.ids[row_here])
        self._place.setText(f"{place + 1:,} of {len(order):,}")
        self.previous.setEnabled(place > 0)
        self.next.setEnabled(place + 1 < len(order))
        if listing.modality is Modality.TEXT:
            self.text_stage.show_sample(listing, row_here)
        elif listing.frame is not None:
            self.row_stage.values.show_cells(listing.cells(row_here))
        if listing.frame is None:
            self.strip.tiles.class_index = {name: number for number, name in enumerate(counts)}
            self.strip.show_place(place)

    def show_suggestion(
        self, suggestion: Suggestion | None, counts: dict[str, int], any_there: bool, open: bool
    ) -> None:
        """Show what is suggested for the sample; nothing at all while there are no suggestions."""
        self.suggestion.setVisible(any_there)
        keys = keymap().keys(find("label.accept"))
        numbers = {name: number for number, name in enumerate(counts)}
        self.suggestion.show_suggestion(suggestion, numbers, key_name(keys[0]) if keys else "", labelled=not open)

    def show_copies(self, copies: int) -> None:
        """Offer to label near-copies of the sample with it, where there are any."""
        self.copies.setText(f"{count(copies, 'near-copy', 'near-copies')} too")
        self.copies.setVisible(copies > 0)

    def show_progress(self, words: str, share: float) -> None:
        """Show how far the labelling is."""
        self._progress.setText(words)
        self._bar.setValue(round(1000 * share))

    def _build(self) -> None:
        self._stages = QStackedWidget()
        self._stages.addWidget(self.photo_stage)
        self._stages.addWidget(self.sound_stage)
        self._stages.addWidget(self.row_stage)
        self._stages.addWidget(self.reading)
        self._sides = QStackedWidget()
        self._sides.addWidget(self.panel)
        self._sides.addWidget(self.number)
        self._sides.setMinimumWidth(200)
        self._one = QWidget()
        column = QVBoxLayout(self._one)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        foot = QHBoxLayout()
        foot.setSpacing(SPACE)
        foot.addWidget(self._name, 1)
        foot.addWidget(row(self.copies, self.previous, self._place, self.next))
        column.addWidget(self._stages, 1)
        column.addWidget(self.suggestion)
        column.addLayout(foot)
        column.addWidget(self.strip)
        self._nothing = EmptyState("search", "Nothing matches", "Search for other words, or show all samples.")
        self._nothing.offer("Show all", self.finder.everything.click)
        self._middles = QStackedWidget()
        for middle in (self._one, self.confirm, self._nothing):
            self._middles.addWidget(middle)
        splitter = QSplitter()
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(2 * SPACE)
        splitter.addWidget(self._middles)
        splitter.addWidget(self._sides)
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([800, 260])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(SPACE)
        switch = QButtonGroup(self)
        for made in (self.single, self.grid):
            switch.addButton(made)
        self._progress.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        outer.addWidget(row(self._progress, self.single, self.grid, spacing=SPACE // 2))
        outer.addWidget(self._bar)
        outer.addWidget(self.finder)
        outer.addWidget(splitter, 1)


def _arrow(icon: str) -> QToolButton:
    made = QToolButton()
    set_icon(made, icon)
    made.setMinimumSize(QSize(32, 32))
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made


def _switch(title: str, words: str) -> QPushButton:
    made = button(title)
    made.setCheckable(True)
    made.setAccessibleName(words)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made
