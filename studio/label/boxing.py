"""The boxes of photos: draw, change, copy, delete, each committed at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QSizeF, Qt
from PySide6.QtGui import QKeyEvent
from typing_extensions import override

from engine.task import Modality
from labeling.annotations.model import Box, fitted
from studio.keys.keymap import key_of_action
from studio.label.box_editor import Grip
from studio.label.marking import COARSE, Marking, arrow_of
from studio.label.photo_stage import PhotoStage
from studio.session import Session


class Boxing(Marking[Box]):
    """What can be done to the boxes of the photo shown."""

    modality: ClassVar[Modality] = Modality.IMAGE
    mark = Box
    always: ClassVar[frozenset[str]] = frozenset({"zoom_in", "zoom_out", "zoom_fit", "play", "stop"})

    def __init__(self, session: Session, stage: PhotoStage, chosen_class: Callable[[], str | None]) -> None:
        super().__init__(session, stage, stage.editor, chosen_class)
        self._stage = stage
        self._path = ""
        self._size: QSizeF | None = None
        stage.changed.connect(self.commit)
        stage.chose.connect(self.mode_changed)

    @property
    def drawing(self) -> str | None:
        """The class of the box that the next drag draws; None while it draws none."""
        return self._stage.drawing

    @override
    def show(self, place: int) -> None:
        listing = self.session.library.listing
        self.sample_id = listing.ids[place]
        path = listing.references[place]
        if path != self._path:  # the header is read once for each photo that is shown, not at each change of a box
            self._path, self._size = path, _size(path)
        self._stage.show_source(path, self._size)
        self._stage.show_boxes(self.marks_of(self.sample_id), self.possible, self.colours())

    @override
    def commands(self) -> Mapping[str, Callable[[], object]]:
        return {
            "draw": self.draw,
            "put": self.put,
            "next_mark": lambda: self._choose(1),
            "previous_mark": lambda: self._choose(-1),
            "copy_marks": self.copy,
            **dict.fromkeys(("move", "move_start", "move_end"), self._stage.setFocus),
            "delete_mark": lambda: self._stage.tell(self._stage.editor.remove()),
            "stop": self.stop,
            "zoom_in": lambda: self._stage.zoom_by(1),
            "zoom_out": lambda: self._stage.zoom_by(-1),
            "zoom_fit": self._stage.fit,
            "play": self._stage.peek,
        }

    @override
    def hint(self) -> str:
        if self.drawing is not None:
            leaves = key_of_action("label.stop")
            return f"Drag to draw a box of “{self.drawing}”. A class key changes the class, {leaves} leaves off."
        if self.chosen:
            return f"Arrows move the box, Alt and Alt+Shift with arrows its edges. {self.way_out()}"
        return ""

    def draw(self) -> None:
        """Draw boxes of the class that is chosen, or stop drawing."""
        self._draw(None if self.drawing is not None else self.chosen_class())

    def put(self) -> None:
        """Put a box into the middle, to be moved by keys."""
        label = self.drawing or self.chosen_class()
        around = self._stage.seen()
        if label is not None and around is not None:
            self._stage.tell(self._stage.editor.put_new(label, around))

    @override
    def stop(self) -> None:
        editor = self._stage.editor
        if editor.busy:
            editor.cancel()
        elif self.drawing is not None:
            self._draw(None)
        elif editor.chosen is not None:
            editor.chosen = None
            self.mode_changed.emit()
        else:
            self._stage.fit()
        self._stage.update()

    @override
    def name(self, label: str) -> bool:
        if self.chosen:
            self._stage.tell(self._stage.editor.name(label))
            return True
        if self.drawing is not None:
            self._draw(label)
            return True
        return False

    @override
    def wants(self, event: QKeyEvent) -> bool:
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        return self.possible and self.chosen and arrow_of(event) is not None and bool(alt or not shift)

    @override
    def press(self, event: QKeyEvent) -> bool:
        towards = arrow_of(event)
        if towards is None or not self.wants(event):
            return False
        held = event.modifiers()
        step = self._stage.step() * (COARSE if held & Qt.KeyboardModifier.ControlModifier else 1)
        grip = Grip.BODY
        if held & Qt.KeyboardModifier.AltModifier:
            grip = Grip.TOP_LEFT if held & Qt.KeyboardModifier.ShiftModifier else Grip.BOTTOM_RIGHT
        self._stage.tell(self._stage.editor.nudge((towards[0] * step, towards[1] * step), grip), joined=True)
        return True

    @override
    def fitting(self, mark: Box) -> Box | None:
        size = self._size
        return fitted(mark, (int(size.width()), int(size.height())))[0] if size is not None else None

    @override
    def close(self) -> None:
        self._stage.detail.close()

    def _choose(self, by: int) -> None:
        self._stage.editor.choose_next(by)
        self._stage.show_chosen()
        self.mode_changed.emit()

    def _draw(self, label: str | None) -> None:
        self._stage.draw(label)
        self.mode_changed.emit()


def _size(path: str) -> QSizeF | None:
    from labeling.media.picture import picture_size

    size = picture_size(Path(path))
    return QSizeF(*size) if size is not None else None
