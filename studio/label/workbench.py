"""The parts of the Label screen and where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSplitter, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from engine.task import Modality
from studio.data.grid_model import GridModel
from studio.icons import set_icon
from studio.label.class_panel import ClassPanel
from studio.label.filmstrip import Filmstrip
from studio.label.number_panel import NumberPanel
from studio.label.photo_stage import PhotoStage
from studio.label.row_stage import RowStage
from studio.label.sound_stage import SoundStage
from studio.label.text_stage import TextStage
from studio.library import Library
from studio.listing import Listing, shown
from studio.picture_loader import PictureLoader
from studio.theme import SPACE
from studio.widgets.basics import row, text

if TYPE_CHECKING:
    from labeling.project import Project


class Workbench(QWidget):
    """Progress above, the sample in the middle with its neighbours below, classes or a number at the right."""

    def __init__(self, library: Library) -> None:
        super().__init__()
        self._project: Project | None = None
        self.thumbnails = PictureLoader(library.thumbnail, self)
        self.strip_model = GridModel(self.thumbnails, self)
        self.strip = Filmstrip(self.strip_model)
        self.photo_stage = PhotoStage()
        self.sound_stage = SoundStage()
        self.row_stage = RowStage()
        self.text_stage = TextStage()
        self.panel = ClassPanel()
        self.number = NumberPanel()
        self.previous = _arrow("left", "Previous sample (Left or A)")
        self.next = _arrow("right", "Next sample (Right or D)")
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
        rows = self.text_stage if is_text else self.row_stage
        self._stages.setCurrentWidget(of_files.get(listing.modality, rows))
        self.strip.setVisible(not is_table)
        self.strip_model.show_rows(listing, [] if is_table else list(range(len(listing))))
        self._sides.setCurrentWidget(self.number if is_number else self.panel)

    def show_sample(self, listing: Listing, place: int, counts: dict[str, int]) -> None:
        """Show a sample's name, label and values, and where it stands."""
        label = shown(listing.labels[place])
        said = f"labelled “{label}”" if label else "no label yet"
        self._name.setText(f"{listing.name(place)} – {said}")
        self._name.setToolTip(listing.ids[place])
        self._place.setText(f"{place + 1:,} of {len(listing):,}")
        self.previous.setEnabled(place > 0)
        self.next.setEnabled(place + 1 < len(listing))
        if listing.modality is Modality.TEXT:
            self.text_stage.show_sample(listing, place)
        elif listing.frame is not None:
            self.row_stage.values.show_values(list(listing.frame.columns), list(listing.frame.row(place)))
        if listing.frame is None:
            self.strip.tiles.class_index = {name: number for number, name in enumerate(counts)}
            self.strip.show_place(place)

    def show_progress(self, words: str, share: float) -> None:
        """Show how far the labelling is."""
        self._progress.setText(words)
        self._bar.setValue(round(1000 * share))

    def _build(self) -> None:
        self._stages = QStackedWidget()
        self._stages.addWidget(self.photo_stage)
        self._stages.addWidget(self.sound_stage)
        self._stages.addWidget(self.row_stage)
        self._stages.addWidget(self.text_stage)
        self._sides = QStackedWidget()
        self._sides.addWidget(self.panel)
        self._sides.addWidget(self.number)
        self._sides.setMinimumWidth(200)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE)
        foot = QHBoxLayout()
        foot.setSpacing(SPACE)
        foot.addWidget(self._name, 1)
        foot.addWidget(row(self.previous, self._place, self.next))
        column.addWidget(self._stages, 1)
        column.addLayout(foot)
        column.addWidget(self.strip)
        splitter = QSplitter()
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(2 * SPACE)
        splitter.addWidget(middle)
        splitter.addWidget(self._sides)
        splitter.setStretchFactor(0, 1)
        splitter.setSizes([800, 260])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(SPACE)
        outer.addWidget(self._progress)
        outer.addWidget(self._bar)
        outer.addSpacing(SPACE)
        outer.addWidget(splitter, 1)


def _arrow(icon: str, words: str) -> QToolButton:
    made = QToolButton()
    set_icon(made, icon)
    made.setMinimumSize(QSize(32, 32))
    made.setToolTip(words)
    made.setAccessibleName(words)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made
