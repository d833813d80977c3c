"""The spans of texts: mark, change, copy, delete, each committed at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from typing_extensions import override

from engine.task import Modality
from labeling.annotations.model import Span
from studio.keys.keymap import key_of_action
from studio.label.marking import Marking, arrow_of
from studio.label.reading import Reading
from studio.session import Session


class Spanning(Marking[Span]):
    """What can be done to the spans of the text shown."""

    modality: ClassVar[Modality] = Modality.TEXT
    mark = Span

    def __init__(self, session: Session, reading: Reading, chosen_class: Callable[[], str | None]) -> None:
        super().__init__(session, reading, reading.stage.editor, chosen_class)
        self._reading, self._stage = reading, reading.stage
        self._stage.changed.connect(self.commit)
        self._stage.chose.connect(self.mode_changed)
        reading.refused.connect(lambda words: session.message.emit("warning", words))

    @property
    @override
    def possible(self) -> bool:
        """Of several columns there is no one text that could have spans."""
        frame = self.session.library.listing.frame
        return super().possible and (frame is None or frame.width == 1)

    @override
    def show(self, place: int) -> None:
        listing = self.session.library.listing
        self.sample_id = listing.ids[place]
        self._reading.show_spans(self.marks_of(self.sample_id), self.possible, self.colours())

    @override
    def commands(self) -> Mapping[str, Callable[[], object]]:
        return {
            "draw": self._stage.setFocus,
            "mark_selection": self._mark_selection,
            "next_mark": lambda: self._choose(1),
            "previous_mark": lambda: self._choose(-1),
            "delete_mark": lambda: self._stage.tell(self._stage.editor.remove()),
            "copy_marks": self.copy,
            "edit_marks": self._edit_list,
            "stop": self.stop,
            **dict.fromkeys(("move_start", "move_end"), self._stage.setFocus),
        }

    @override
    def hint(self) -> str:
        if not self.possible:
            return ""
        if self._stage.selection() is not None and not self.chosen:
            return "Press the key of a class to mark the words that are selected. Ctrl with Shift+arrows selects words."
        if self.chosen:
            removes = key_of_action("label.delete_mark")
            return f"A class key changes the span, Alt and Alt+Shift with arrows move its ends, {removes} removes it."
        return ""

    @override
    def stop(self) -> None:
        if self._stage.selection() is not None or self.chosen:
            self._stage.choose(None)
        else:
            self.left.emit()

    @override
    def name(self, label: str) -> bool:
        editor, selected = self._stage.editor, self._stage.selection()
        if self.chosen:
            self._stage.tell(editor.name(label))
        elif selected is not None:
            self._stage.tell(editor.mark_stretch(label, *selected))
        else:
            return False
        return True

    @override
    def wants(self, event: QKeyEvent) -> bool:
        sideways = event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right)
        return self.possible and self.chosen and sideways and bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)

    @override
    def press(self, event: QKeyEvent) -> bool:
        towards = arrow_of(event)
        if towards is None or not self.wants(event):
            return False
        of_start = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        words = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        self._stage.tell(self._stage.editor.nudge(towards[0], of_start, words), joined=True)
        return True

    @override
    def fitting(self, mark: Span) -> Span | None:
        return mark if mark.end <= len(self._stage.editor.text) else None

    def _mark_selection(self) -> None:
        selected, label = self._stage.selection(), self.chosen_class()
        if selected is not None and label is not None:
            self._stage.tell(self._stage.editor.mark_stretch(label, *selected))

    def _choose(self, by: int) -> None:
        self._stage.editor.choose_next(by)
        self._stage.choose(self._stage.editor.chosen)

    def _edit_list(self) -> None:
        if not self.chosen:
            self._choose(1)
        self._reading.table.setFocus()
