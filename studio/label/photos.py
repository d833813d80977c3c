"""Large photos, decoded before they are needed: those around the place one is at, and the one that comes next."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt

from studio.label.order import Order
from studio.label.photo_stage import PhotoStage
from studio.picture_loader import PictureLoader
from studio.pictures import large_image

_AHEAD, _BEHIND = 8, 3
_KEPT = 40


class Photos(QObject):
    """Shows the photo at the order's place on a stage, at once or as soon as it is decoded.

    Others are asked for once that one is on the screen: decoding them earlier would hold it up.
    """

    def __init__(self, order: Order, stage: PhotoStage, parent: QObject) -> None:
        super().__init__(parent)
        self._order, self._stage = order, stage
        self._wanted: list[int] = []
        self.loader = PictureLoader(large_image, self, kept=_KEPT)
        self.loader.loaded.connect(self._came)
        stage.painted.connect(self._look_ahead, Qt.ConnectionType.QueuedConnection)

    def show(self, next_place: int | None) -> None:
        """Show the photo here; then have those decoded that may come next, ``next_place`` before all others."""
        here, rows = self._order.place, self._order.rows
        around = [by for by in range(_AHEAD, 0, -1)] + [-by for by in range(_BEHIND, 0, -1)] + [1]
        places = [here + by for by in around if 0 <= here + by < len(rows)]
        # What is asked for last is decoded first.
        self._wanted = [rows[place] for place in [*places, *([next_place] if next_place is not None else [])]]
        self._show_here()

    def forget(self) -> None:
        """Drop all photos: the samples are others now."""
        self._wanted = []
        self.loader.forget()

    def close(self) -> None:
        """End the threads."""
        self.loader.close()

    def _show_here(self) -> None:
        row = self._order.row
        if row is not None:
            self._stage.show_picture(self._order.listing.name(row), self.loader.get(*self._source(row)))

    def _look_ahead(self) -> None:
        if self._stage.picture is not None:
            wanted, self._wanted = self._wanted, []
            for row in wanted:
                self.loader.get(*self._source(row))

    def _source(self, row: int) -> tuple[str, str, str]:
        listing = self._order.listing
        return listing.ids[row], listing.references[row], listing.contents[row]

    def _came(self, sample_id: str) -> None:
        if sample_id == self._order.sample_id and self._stage.isVisible():
            self._show_here()
