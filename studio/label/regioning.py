"""The regions of sounds: mark, change, copy, delete, each committed at once; and listening while one does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from typing_extensions import override

from engine.task import Modality
from labeling.annotations.model import Region
from studio.keys.keymap import key_of_action
from studio.label.marking import COARSE, Marking, arrow_of
from studio.label.region_editor import Hold, clipped
from studio.label.sound_stage import SoundStage
from studio.session import Session

STEP_S = 0.01
_AHEAD = 3
_LISTENING = frozenset(
    {"play", "loop", "slower", "faster", "back", "forth", "zoom_in", "zoom_out", "zoom_fit", "select_from", "select_to"}
)


class Regioning(Marking[Region]):
    """What can be done to the regions of the sound shown."""

    modality: ClassVar[Modality] = Modality.AUDIO
    mark = Region
    always: ClassVar[frozenset[str]] = _LISTENING

    def __init__(self, session: Session, stage: SoundStage, chosen_class: Callable[[], str | None]) -> None:
        super().__init__(session, stage, stage.editor, chosen_class)
        self._stage = stage
        self._drawn = ""
        stage.changed.connect(self.commit)
        stage.chose.connect(self._chose)
        stage.refused.connect(lambda words: session.message.emit("warning", words))

    @override
    def show(self, place: int) -> None:
        listing = self.session.library.listing
        self.sample_id = listing.ids[place]
        ahead = [listing.references[row] for row in self.following(place, _AHEAD)]
        self._stage.show_sound(listing.name(place), listing.references[place], ahead)
        self._stage.show_regions(self.marks_of(self.sample_id), self.possible, self.colours())

    @override
    def commands(self) -> Mapping[str, Callable[[], object]]:
        stage, player = self._stage, self._stage.player
        return {
            "draw": self.draw,
            "mark_selection": lambda: self._mark(player.position),
            "mark_here": self._mark_here,
            "next_mark": lambda: self._choose(1),
            "previous_mark": lambda: self._choose(-1),
            "delete_mark": lambda: stage.tell(stage.editor.remove()),
            "copy_marks": self.copy,
            "edit_marks": self._edit_list,
            "stop": self.stop,
            "play": stage.play,
            "loop": lambda: player.set_loop(not player.loop),
            "slower": lambda: stage.change_speed(-1),
            "faster": lambda: stage.change_speed(1),
            "back": lambda: stage.seek_by(-1),
            "forth": lambda: stage.seek_by(1),
            "select_from": lambda: self._select(from_here=True),
            "select_to": lambda: self._select(from_here=False),
            "zoom_in": lambda: stage.zoom(1),
            "zoom_out": lambda: stage.zoom(-1),
            "zoom_fit": stage.fit,
            **dict.fromkeys(("move", "move_start", "move_end"), stage.canvas.setFocus),
        }

    @override
    def hint(self) -> str:
        if self._drawn:
            leaves = key_of_action("label.stop")
            return f"Drag to mark a region of “{self._drawn}”. A class key changes the class, {leaves} leaves off."
        if self._stage.editor.selection is not None and self.possible:
            mark, play, loop = (key_of_action(f"label.{name}") for name in ("mark_selection", "play", "loop"))
            return f"Press the key of a class to mark what is selected, or {mark}. {play} plays it, {loop} repeats it."
        if self.chosen:
            return f"Arrows move the region, Alt and Alt+Shift with arrows its end and start. {self.way_out()}"
        return ""

    def draw(self) -> None:
        """Mark regions of the chosen class by dragging, or no longer."""
        self._draw("" if self._drawn else self.chosen_class() or "")

    @override
    def stop(self) -> None:
        editor = self._stage.editor
        if editor.busy:
            editor.cancel()
        elif self._stage.table.hasFocus():
            self._stage.show_list(False)
        elif self._stage.player.playing:
            self._stage.player.pause()
        elif self._drawn:
            self._draw("")
        elif editor.selection is not None or editor.chosen is not None:
            editor.selection, editor.chosen = None, None
            self.mode_changed.emit()
        else:
            self._stage.fit()
        self._stage.tell("")

    @override
    def name(self, label: str) -> bool:
        editor = self._stage.editor
        if self.chosen:
            self._stage.tell(editor.name(label))
            return True
        if editor.selection is not None and editor.selection[1] > editor.selection[0]:
            self._stage.tell(editor.mark_selection(label, 0.0))
            return True
        if self._drawn:
            self._draw(label)
        return bool(self._drawn)

    @override
    def wants(self, event: QKeyEvent) -> bool:
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        sideways = event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right)
        return self.possible and self.chosen and sideways and bool(alt or not shift)

    @override
    def press(self, event: QKeyEvent) -> bool:
        towards = arrow_of(event)
        if towards is None or not self.wants(event):
            return False
        held, hold = event.modifiers(), Hold.BODY
        if held & Qt.KeyboardModifier.AltModifier:
            hold = Hold.START if held & Qt.KeyboardModifier.ShiftModifier else Hold.END
        step = STEP_S * (COARSE if held & Qt.KeyboardModifier.ControlModifier else 1)
        self._stage.tell(self._stage.editor.nudge(towards[0] * step, hold), joined=True)
        return True

    @override
    def fitting(self, mark: Region) -> Region | None:
        return clipped(mark, self._stage.seconds) if self._stage.seconds else None

    @override
    def leave(self) -> None:
        self._stage.player.pause()

    @override
    def close(self) -> None:
        self._stage.close_down()

    def _mark(self, moment: float) -> None:
        label = self._drawn or self.chosen_class()
        if label is not None and self._stage.seconds:
            self._stage.tell(self._stage.editor.mark_selection(label, moment))
            self.mode_changed.emit()

    def _mark_here(self) -> None:
        self._stage.editor.selection = None
        self._mark(self._stage.player.position)

    def _select(self, from_here: bool) -> None:
        editor, here = self._stage.editor, self._stage.player.position
        start, end = editor.selection or (here, here)
        if from_here:
            editor.select(here, max(here, end))
        else:
            editor.select(min(start, here), here)
        self._stage.tell("")
        self.mode_changed.emit()

    def _choose(self, by: int) -> None:
        self._stage.editor.choose_next(by)
        self._stage.editor.selection = None
        self._stage.show_chosen()

    def _edit_list(self) -> None:
        if not self.chosen:
            self._choose(1)
        self._stage.show_list(self.chosen)

    def _chose(self) -> None:
        """While regions are drawn, what was just selected becomes one."""
        editor = self._stage.editor
        selected = editor.selection is not None and editor.selection[1] > editor.selection[0]
        if self._drawn and selected and not editor.busy:
            self._mark(0.0)
        self.mode_changed.emit()

    def _draw(self, label: str) -> None:
        self._drawn = label
        self.mode_changed.emit()
