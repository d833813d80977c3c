"""Between the marks on a stage and those in the project; one kind of mark, one subclass: boxes, regions, spans."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Generic

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from engine.task import Kind, Modality
from studio.keys.keymap import key_of_action
from studio.label.mark_editor import M, MarkEditor
from studio.session import Session

ARROWS: Mapping[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
COARSE = 10
MARK_COMMANDS = (
    "draw", "put", "mark_selection", "mark_here", "next_mark", "previous_mark", "delete_mark", "copy_marks",
    "edit_marks", "stop", "play", "loop", "slower", "faster", "select_from", "select_to", "back", "forth",
    "zoom_in", "zoom_out", "zoom_fit", "move", "move_start", "move_end",
)  # fmt: skip


class Marking(QObject, Generic[M]):
    """What can be done to marks of the sample shown, which ``editor`` holds; ``mark`` is their type.

    ``chosen_class`` tells of which class new ones are. ``mode_changed`` comes when marking was begun or left off,
    ``left`` when the keys are to be the screen's again.
    """

    mode_changed = Signal()
    left = Signal()
    modality: ClassVar[Modality]
    mark: type[M]
    always: ClassVar[frozenset[str]] = frozenset()  # commands that need no marks

    def __init__(
        self, session: Session, stage: QWidget, editor: MarkEditor[M], chosen_class: Callable[[], str | None]
    ) -> None:
        super().__init__(stage)
        self.session, self.chosen_class = session, chosen_class
        self.editor: MarkEditor[M] = editor
        self.sample_id = ""

    @property
    def possible(self) -> bool:
        """Whether the samples are of this kind, of any number of classes, and so can have marks."""
        listing = self.session.library.listing
        return listing.kind is Kind.MULTILABEL and listing.modality is self.modality and bool(len(listing))

    @property
    def chosen(self) -> bool:
        """Whether a mark is chosen."""
        return self.editor.chosen is not None

    @abstractmethod
    def show(self, place: int) -> None:
        """Show the marks of the sample here."""

    @abstractmethod
    def commands(self) -> Mapping[str, Callable[[], object]]:
        """Return what can be done, by the names of :meth:`studio.screen.Screen.commands`."""

    def can(self, command: str) -> bool:
        """Return whether a command makes sense now."""
        if command not in self.commands():
            return False
        if command in self.always:
            return True
        allowed = {"draw": self.can_make, "put": self.can_make, "mark_here": self.can_make}
        allowed |= {"mark_selection": self.can_make, "delete_mark": self.chosen, "copy_marks": self.previous_id != ""}
        allowed |= dict.fromkeys(("move", "move_start", "move_end"), self.chosen)
        return self.possible and allowed.get(command, True)

    @property
    def can_make(self) -> bool:
        """Whether there is a class that new marks could be of."""
        return self.chosen_class() is not None

    @property
    def previous_id(self) -> str:
        """The id of the sample before the one shown, as the person walks through them; empty where there is none."""
        listing, view = self.session.library.listing, self.session.view
        place = view.places.get(listing.rows.get(self.sample_id, -1), 0)
        return listing.ids[view.rows[place - 1]] if place > 0 else ""

    def following(self, row: int, count: int) -> list[int]:
        """Return the rows that come next as the person walks through them."""
        view = self.session.view
        place = view.places.get(row, len(view.rows))
        return view.rows[place + 1 : place + 1 + count]

    @abstractmethod
    def name(self, label: str) -> bool:
        """Take the key of a class: for the chosen mark or for new ones; return whether it was wanted."""

    def hint(self) -> str:
        """Return what to do next while marking, nothing while not."""
        return ""

    @staticmethod
    def way_out() -> str:
        """Return how to let go of a chosen mark and how to go on, with the keys as they are now."""
        return f"{key_of_action('label.stop')} lets go of it, {key_of_action('label.next')} goes on."

    def wants(self, event: QKeyEvent) -> bool:
        """Return whether a key shall come here rather than do what it does elsewhere."""
        return False

    def press(self, event: QKeyEvent) -> bool:
        """Take a key that :meth:`wants` asked for; return whether it was taken."""
        return False

    def copy(self) -> None:
        """Add the marks of the sample before, as far as they fit on this one."""
        cut = (self.fitting(mark) for mark in self.marks_of(self.previous_id))
        new: list[M] = [mark for mark in cut if mark is not None and mark not in self.editor.marks]
        if new:
            self.commit(self.editor.marks + new, "Copy the marks of the sample before")

    @abstractmethod
    def fitting(self, mark: M) -> M | None:
        """Return a mark of another sample as it can be on this one; None where it cannot."""

    @abstractmethod
    def stop(self) -> None:
        """Leave off what is under way, one thing at a time; never loses what was made."""

    def leave(self) -> None:
        """Be quiet: another screen is shown."""

    def close(self) -> None:
        """End what works in the background."""

    def marks_of(self, sample_id: str) -> list[M]:
        """Return the marks of a sample as they are in the project; none where it cannot have any."""
        project = self.session.project
        if project is None or not self.possible:
            return []
        return [mark for mark in project.marks([sample_id]).get(sample_id, ()) if isinstance(mark, self.mark)]

    def commit(self, marks: Sequence[M], did: str, joined: bool = False) -> None:
        """Put marks of the sample shown into the project, as a change of this name; see :meth:`Project.set_marks`."""
        self.session.set_marks(self.sample_id, marks, did, joined)

    def colours(self) -> dict[str, int]:
        """Return the number of each class's colour."""
        return {name: number for number, name in enumerate(self.session.library.counts())}


def arrow_of(event: QKeyEvent) -> tuple[int, int] | None:
    """Return in which direction an arrow key points, None for any other key."""
    return ARROWS.get(event.key())
