"""What a person changes in the project: each change is committed, named, and can be undone.

What cannot be saved is told, and nothing is changed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Signal

from labeling.errors import LabelingError
from labeling.suggest.model import Suggestions
from studio.background import explain
from studio.library import Library
from studio.listing import Label

if TYPE_CHECKING:
    from labeling.annotations.marks import Mark
    from labeling.project import Project

Result = TypeVar("Result")
_FOLLOWED = 2000  # labels that are followed one by one; more are read anew in the background


def keep_setting(project: Project | None, name: str, value: object) -> None:
    """Remember what the person chose last, where that can be written: it never stops what they asked for."""
    if project is not None:
        with contextlib.suppress(LabelingError):
            project.set_setting(name, value)


def kept_setting(project: Project | None, name: str) -> Any:
    """Return what was remembered so; None for nothing, and for what cannot be read."""
    if project is None:
        return None
    try:
        return project.setting(name)
    except (LabelingError, ValueError):
        return None


class Changes(QObject):
    """Changes the open project and keeps the library in step.

    ``changed`` comes after every change; ``turned`` carries the ids whose label undo or redo changed, ``refused`` a
    sentence.
    """

    changed = Signal()
    turned = Signal(object)
    refused = Signal(str)

    def __init__(self, library: Library, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self.project: Project | None = None
        self.suggestions = Suggestions()  # those that stand beside the samples now
        self.was_refused = False  # whether the latest change could not be saved

    # -- labels --------------------------------------------------------------------------------------------------

    def set_labels(self, labels: Mapping[str, Label], name: str) -> bool:
        """Give each sample its own label, all as one change called ``name``; return whether anything changed."""
        from labeling.suggest.asked import asked_about

        asked = asked_about(self.suggestions, labels)
        done = self._do(lambda project: project.set_labels(labels, name, asked))
        if done:
            self._library.relabel(labels)
            self.changed.emit()
        return bool(done)

    def skip(self, ids: Sequence[str], skipped: bool, name: str) -> bool:
        """Pass samples over, or take them up again; return whether anything changed."""
        done = self._do(lambda project: project.set_skipped(ids, skipped, name))
        if done:
            self._library.skip(ids, skipped)
            self.changed.emit()
        return bool(done)

    def set_marks(self, sample_id: str, marks: Sequence[Mark], name: str, joined: bool = False) -> None:
        """Commit the marks of a sample, whose label names their classes; ``name`` is what undo calls it.

        ``joined`` makes it one with the same change a moment ago.
        """
        labels = self._do(lambda project: project.set_marks(sample_id, marks, name, joined))
        if labels:
            self._library.relabel(labels)
            self.changed.emit()

    # -- classes -------------------------------------------------------------------------------------------------

    def add_class(self, name: str) -> None:
        """Add a class without samples."""
        self._change_classes(lambda project: project.add_class(name))

    def rename_class(self, old: str, new: str) -> None:
        """Rename a class and every label that names it; one of that name takes it in."""
        self._change_classes(lambda project: project.rename_class(old, new), relabels=True)

    def remove_class(self, name: str) -> None:
        """Remove a class; its samples lose it."""
        self._change_classes(lambda project: project.remove_class(name), relabels=True)

    def colour_class(self, name: str, colour: str) -> None:
        """Give a class a colour; an empty one is the palette's own."""
        self._change_classes(lambda project: project.set_class_colour(name, colour))

    def key_class(self, name: str, key: str) -> None:
        """Give a class a key; the class that had it gets the one this class had."""
        self._change_classes(lambda project: project.set_class_key(name, key))

    def move_class(self, name: str, by: int) -> None:
        """Move a class up (negative) or down."""
        self._change_classes(lambda project: project.move_class(name, by))

    def merged_count(self, first: str, second: str) -> int:
        """Return how many samples the class has that two would become."""
        return self.project.merged_count(first, second) if self.project is not None else 0

    # -- history -------------------------------------------------------------------------------------------------

    @property
    def undo_name(self) -> str | None:
        """What undo would take back, or None."""
        return self.project.can_undo if self.project else None

    @property
    def redo_name(self) -> str | None:
        """What redo would do again, or None."""
        return self.project.can_redo if self.project else None

    def undo(self) -> None:
        """Take the last change back."""
        if self.project is not None:
            entry = self.project.newest_change
            if self._do(lambda project: project.undo()) is not None:
                self._follow(entry)

    def redo(self) -> None:
        """Do the change taken back last again."""
        if self._do(lambda project: project.redo()) is not None and self.project is not None:
            self._follow(self.project.newest_change)

    def go_to(self, entry: int) -> int:
        """Undo all after an entry of the history, or redo up to it; return how many changes that were."""
        turned = self._do(lambda project: project.go_to(entry)) or 0
        if turned:
            self._library.reload()
            self.changed.emit()
        return turned

    def _follow(self, entry: int) -> None:
        """Follow what undo or redo did: labels at once, anything else by reading the project anew."""
        labels = self.project.changed_labels(entry) if self.project is not None else None
        if labels is None or len(labels) > _FOLLOWED:
            self._library.reload()
        else:
            self._library.relabel(labels)
        self.changed.emit()
        if labels:
            self.turned.emit(list(labels))

    # -- how -----------------------------------------------------------------------------------------------------

    def _change_classes(self, change: Callable[[Project], None], relabels: bool = False) -> None:
        def work(project: Project) -> bool:
            change(project)
            return True

        if self._do(work):
            self._library.reload_classes()
            if relabels:
                self._library.reload()
            self.changed.emit()

    def _do(self, change: Callable[[Project], Result]) -> Result | None:
        """Make a change; None where there is no project or it was refused, which is told."""
        self.was_refused = False
        if self.project is None:
            return None
        try:
            return change(self.project)
        except LabelingError as error:
            self.was_refused = True
            self.refused.emit(explain(error))
            return None
