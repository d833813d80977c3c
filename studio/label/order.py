"""Where one stands among the samples shown, and where next, previous and the next without a label are."""

from __future__ import annotations

from collections.abc import Sequence

from engine.task import Modality
from studio.listing import Listing


class Order:
    """A place among rows of a listing. Samples skipped are passed over until all others have a label."""

    def __init__(self) -> None:
        self.listing = Listing(Modality.IMAGE)
        self.rows: Sequence[int] = ()
        self.place = 0

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def row(self) -> int | None:
        """The listing's row of the sample here; None where there is none."""
        return self.rows[self.place] if self.place < len(self.rows) else None

    @property
    def sample_id(self) -> str | None:
        """The id of the sample here; None where there is none."""
        row = self.row
        return self.listing.ids[row] if row is not None else None

    def begin(self, listing: Listing, rows: Sequence[int], place: int | None = None) -> None:
        """Begin with other samples, at ``place`` or at the first without a label."""
        self.listing, self.rows = listing, rows
        self.place = place or 0
        if place is None and len(rows) and not self._is_open(0):
            self.place = self.unlabelled(1) or 0

    def step(self, by: int) -> int | None:
        """Return the place ``by`` further, None past an end."""
        place = self.place + by
        return place if 0 <= place < len(self.rows) else None

    def unlabelled(self, direction: int) -> int | None:
        """Return the nearest place without a label in a direction, around the end; None when there is no other."""
        count = len(self.rows)
        skipped = None
        for distance in range(1, count):
            place = (self.place + direction * distance) % count
            if self._is_open(place):
                if not self.is_skipped(place):
                    return place
                skipped = place if skipped is None else skipped
        return skipped

    def is_skipped(self, place: int) -> bool:
        """Tell whether the sample at a place is passed over."""
        return bool(self.listing.skipped) and self.listing.ids[self.rows[place]] in self.listing.skipped

    def _is_open(self, place: int) -> bool:
        return self.listing.labels[self.rows[place]] is None
