"""The sound being labelled: to be looked at, listened to, and marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QFrame, QSplitter, QToolButton, QVBoxLayout
from typing_extensions import override

from labeling.annotations.model import Region
from studio.icons import set_icon
from studio.keys.keymap import key_of_action, keymap, with_key
from studio.label.mark_table import MarkColumn, MarkTable
from studio.label.player import SPEEDS, Player
from studio.label.region_editor import DECIMALS, RegionEditor
from studio.label.sound_canvas import SoundCanvas
from studio.label.sound_loader import SoundLoader
from studio.label.time_view import clock, seconds_of
from studio.theme import SPACE
from studio.widgets.basics import row, text

_ZOOM = 2.0
_ROOM_FOR_LIST = 340  # pixels of height; with fewer the sound itself would be too flat to see
_SEEK_SHARE = 0.02  # of what is in sight


class SoundStage(QFrame):
    """Canvas, the keys of a player and the list of regions.

    ``changed`` tells all regions, what was done and whether that goes on with what was done before; ``chose`` that
    another region or stretch is chosen; ``refused`` what could not be done or heard.
    """

    changed = Signal(list, str, bool)
    chose = Signal()
    refused = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", "true")
        self.editor = RegionEditor()
        self.loader = SoundLoader(self)
        self.player = Player(self)
        self.canvas = SoundCanvas(self.loader, self.editor)
        self.table = MarkTable(self.editor, self._columns(), "Regions")
        self._regions: Sequence[Region] = ()
        self._can_mark, self._wants_list = False, False
        self._numbers: dict[str, int] = {}
        self._build()
        self._listen()

    def show_sound(self, name: str, path: str, ahead: Sequence[str]) -> None:
        """Show a sound; those ``ahead`` are read when there is time."""
        self.canvas.setAccessibleName(f"Sound {name}")
        if path != self.loader.path:
            self.editor.cancel()
            self.editor.load((), 0.0)
            self.player.load(path)
            self.canvas.view.show(1.0)
        self.loader.show(path, ahead)

    def show_regions(self, regions: Sequence[Region], can_mark: bool, numbers: dict[str, int]) -> None:
        """Show the regions of the sound; ``can_mark`` says whether it can have any."""
        self._regions, self._can_mark, self._numbers = regions, can_mark, numbers
        self.editor.load(regions, self.seconds)
        self._show_choice()

    @property
    def seconds(self) -> float:
        """How long the sound is; 0 while that is not known."""
        overview = self.loader.overview
        return overview.frames / overview.rate if overview is not None else 0.0

    def tell(self, did: str, joined: bool = False) -> None:
        """Tell what was done to the regions, if anything was."""
        if did:
            self.changed.emit(list(self.editor.marks), did, joined)
        self._show_choice()

    def show_chosen(self) -> None:
        """Bring the chosen region into sight and under the playhead."""
        region = self.editor.mark
        if region is not None:
            if self.canvas.view.bring(region.start, region.end):
                self.canvas.redraw()
            if not self.player.playing:
                self.player.seek(region.start)
        self._show_choice()
        self.chose.emit()

    def show_list(self, wanted: bool) -> None:
        """Go to the list of regions, for which there may be no room otherwise, or back to the sound."""
        self._wants_list = wanted
        self._show_choice()
        (self.table if wanted else self.canvas).setFocus()

    # -- looking and listening -----------------------------------------------------------------------------------

    def play(self) -> None:
        """Play what is selected or chosen, else all from the playhead on; or pause."""
        if self.player.playing:
            self.player.pause()
        elif self.seconds:
            self.player.play(*self.stretch())

    def stretch(self) -> tuple[float, float]:
        """Return what is played: what is selected, else the chosen region, else all."""
        region = self.editor.mark
        if self.editor.selection is not None:
            return self.editor.selection
        return (region.start, region.end) if region is not None and region.end > region.start else (0.0, self.seconds)

    def change_speed(self, by: int) -> None:
        """Play at the next slower or faster speed."""
        at = SPEEDS.index(self.player.speed) + by
        self.player.set_speed(SPEEDS[min(max(at, 0), len(SPEEDS) - 1)])

    def seek_by(self, steps: int) -> None:
        """Move the playhead by a little of what is in sight."""
        moment = self.player.position + steps * _SEEK_SHARE * self.canvas.view.span
        self.player.seek(min(max(moment, 0.0), self.seconds))

    def zoom(self, steps: int) -> None:
        """Make it larger or smaller around the playhead, or what is in sight where that is not."""
        view, at = self.canvas.view, self.player.position
        view.zoom(_ZOOM**steps, at if view.start <= at <= view.end else view.start + view.span / 2)
        self.canvas.redraw()

    def fit(self) -> None:
        """Show all of the sound."""
        self.canvas.view.fit()
        self.canvas.redraw()

    def close_down(self) -> None:
        """End what plays and reads in the background."""
        self.player.close()
        self.loader.close()

    # -- the parts -----------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.play_button = QToolButton()
        self.play_button.setMinimumSize(QSize(32, 32))
        self.loop_button = QToolButton()
        self.loop_button.setText("Repeat")
        self.loop_button.setCheckable(True)
        self.speed = QComboBox()
        self.speed.addItems([f"{speed:g}×" for speed in SPEEDS])
        self.speed.setAccessibleName("Speed")
        for widget in (self.play_button, self.loop_button, self.speed):
            widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._where = text("", "muted")
        self._where.setWordWrap(False)
        self._told_silent = ""
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(self.canvas)
        split.addWidget(self.table)
        split.setSizes([1000, 84])
        split.setStretchFactor(0, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE, SPACE, SPACE, SPACE)
        column.setSpacing(SPACE // 2)
        column.addWidget(split, 1)
        column.addWidget(row(self.play_button, self.loop_button, self.speed, self._where, None))

    def _listen(self) -> None:
        self.loader.opened.connect(self._opened)
        self.player.moved.connect(self._moved)
        self.player.changed.connect(self._show_player)
        keymap().changed.connect(self._show_player)
        self.canvas.did.connect(self.tell)
        self.canvas.chose.connect(self._chosen_by_hand)
        self.canvas.sought.connect(self.player.seek)
        self.play_button.clicked.connect(self.play)
        self.loop_button.clicked.connect(self.player.set_loop)
        self.speed.activated.connect(lambda at: self.player.set_speed(SPEEDS[at]))
        self.table.chose.connect(self._choose)
        self.table.marks.wanted.connect(lambda at, mark: self.tell(self.editor.edit(at, mark)))
        self.table.marks.refused.connect(self.refused)
        self._show_player()

    def _opened(self) -> None:
        self.canvas.view.show(self.seconds)
        self.editor.load(self._regions, self.seconds)
        self._show_choice()
        self.canvas.redraw()
        self._moved()

    def _choose(self, at: int) -> None:
        self.editor.chosen, self.editor.selection = at, None
        self.show_chosen()

    def _chosen_by_hand(self) -> None:
        self._show_choice()
        self.chose.emit()

    def _show_choice(self) -> None:
        self.table.refresh(self._numbers)
        room = self.height() >= _ROOM_FOR_LIST or self._wants_list
        self.table.setVisible(self._can_mark and bool(self.editor.marks) and room)
        self.canvas.show_regions(self._numbers)
        self._describe()

    def _moved(self) -> None:
        if self.player.silent != self._told_silent:
            self._told_silent = self.player.silent
            if self._told_silent:
                self.refused.emit(self._told_silent)
        self.canvas.show_playhead(self.player.position, follow=self.player.playing)
        self._describe()

    def _describe(self) -> None:
        words = f"{clock(self.player.position)} of {clock(self.seconds)}"
        selection, region = self.editor.selection, self.editor.mark
        if selection is not None:
            words += f" · selected {clock(selection[0])} to {clock(selection[1])}"
        elif region is not None:
            words += f" · {region.label} {clock(region.start)} to {clock(region.end)}"
        self._where.setText(words)
        self.canvas.setAccessibleDescription(words)

    def _show_player(self) -> None:
        playing = self.player.playing
        set_icon(self.play_button, "pause" if playing else "play")
        words = "Pause" if playing else "Play"
        self.play_button.setToolTip(with_key(words, "label.play"))
        self.loop_button.setToolTip(with_key("Repeat what is selected", "label.loop"))
        slower, faster = key_of_action("label.slower"), key_of_action("label.faster")
        self.speed.setToolTip(f"How fast it is played, at the same pitch: {slower} and {faster}")
        self.play_button.setAccessibleName(words)
        self.loop_button.setChecked(self.player.loop)
        self.speed.setCurrentIndex(SPEEDS.index(self.player.speed))
        self._moved()

    def _columns(self) -> list[MarkColumn[Region]]:
        return [
            MarkColumn("Start", lambda region: clock(region.start), self._with_start),
            MarkColumn("End", lambda region: clock(region.end), self._with_end),
        ]

    def _with_start(self, region: Region, words: str) -> Region | None:
        moment = seconds_of(words)
        return None if moment is None or moment > region.end else replace(region, start=round(moment, DECIMALS))

    def _with_end(self, region: Region, words: str) -> Region | None:
        moment = seconds_of(words)
        if moment is None or not region.start <= moment <= self.seconds:
            return None
        return replace(region, end=round(moment, DECIMALS))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_choice()

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(260, 220)
