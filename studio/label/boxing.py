"""Between the boxes on the stage and those in the project: draw, change, copy, delete, each committed at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QSizeF, Signal

from engine.task import Kind, Modality
from labeling.annotations.model import Box, fitted
from studio.label.photo_stage import PhotoStage
from studio.session import Session


class Boxing(QObject):
    """What can be done to the boxes of the photo shown. ``chosen_class`` tells of which class new boxes are."""

    mode_changed = Signal()  # drawing was begun or left off, or another class is drawn

    def __init__(self, session: Session, stage: PhotoStage, chosen_class: Callable[[], str | None]) -> None:
        super().__init__(stage)
        self._session, self._stage, self._chosen_class = session, stage, chosen_class
        self._sample_id, self._path = "", ""
        self._size: QSizeF | None = None
        stage.changed.connect(self._changed)

    @property
    def possible(self) -> bool:
        """Whether the samples are photos of any number of classes, which can have boxes."""
        listing = self._session.library.listing
        return listing.kind is Kind.MULTILABEL and listing.modality is Modality.IMAGE and bool(len(listing))

    @property
    def drawing(self) -> str | None:
        """The class of the box that the next drag draws; None while it draws none."""
        return self._stage.drawing

    @property
    def chosen(self) -> bool:
        """Whether a box is chosen."""
        return self._stage.editor.chosen is not None

    def show(self, place: int) -> None:
        """Show the boxes of the sample here."""
        listing, project = self._session.library.listing, self._session.project
        self._sample_id = listing.ids[place]
        numbers = {name: number for number, name in enumerate(self._session.library.counts())}
        if project is None or not self.possible:
            self._stage.show_boxes((), None, numbers)
            return
        path = listing.references[place]
        if path != self._path:  # the header is read once for each photo that is shown, not at each change of a box
            self._path, self._size = path, _size(path)
        self._stage.show_boxes(self._boxes(self._sample_id), self._size, numbers)

    def draw(self) -> None:
        """Draw boxes of the class that is chosen, or stop drawing."""
        self._draw(None if self.drawing is not None else self._chosen_class())

    def stop(self) -> None:
        """Leave off: the drag under way, else drawing, else the box that is chosen, else the enlargement."""
        editor = self._stage.editor
        if editor.busy:
            editor.cancel()
        elif self.drawing is not None:
            self._draw(None)
        elif editor.chosen is not None:
            editor.chosen = None
        else:
            self._stage.fit()
        self._stage.update()

    def delete(self) -> None:
        """Remove the box that is chosen."""
        self._stage.tell(self._stage.editor.remove())

    def choose_next(self) -> None:
        """Choose the next box."""
        self._stage.editor.choose_next()
        self._stage.update()

    def name(self, label: str) -> bool:
        """Give the chosen box a class, or draw boxes of it from now on; return whether that was wanted."""
        if self.chosen:
            self._stage.tell(self._stage.editor.name(label))
            return True
        if self.drawing is not None:
            self._draw(label)
            return True
        return False

    def copy_from(self, other_id: str) -> None:
        """Add the boxes of another photo, as far as they lie inside this one."""
        editor = self._stage.editor
        boxes = self._boxes(other_id)
        size = self._stage.picture_size()
        if not boxes or size is None:
            return
        cut = (fitted(box, (int(size.width()), int(size.height())))[0] for box in boxes)
        new = [box for box in cut if box is not None and box not in editor.boxes]
        if new:
            self._changed([*editor.boxes, *new], "Copy boxes from the previous photo")

    def _draw(self, label: str | None) -> None:
        self._stage.draw(label)
        self.mode_changed.emit()

    def _boxes(self, sample_id: str) -> list[Box]:
        project = self._session.project
        marks = project.marks([sample_id]).get(sample_id, ()) if project is not None else ()
        return [mark for mark in marks if isinstance(mark, Box)]

    def _changed(self, boxes: list[Box], did: str) -> None:
        self._session.set_marks(self._sample_id, boxes, did)


def _size(path: str) -> QSizeF | None:
    from labeling.media.picture import picture_size

    size = picture_size(Path(path))
    return QSizeF(*size) if size is not None else None
