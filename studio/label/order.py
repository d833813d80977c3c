"""Where one stands among the samples, and where next, previous and the next without a label are."""

from __future__ import annotations

from collections.abc import Sequence

from studio.listing import Label


class Order:
    """A place in a list of labels. Samples skipped are passed over until all others have a label."""

    def __init__(self) -> None:
        self.labels: Sequence[Label] = ()
        self.place = 0
        self._skipped: set[int] = set()

    def reset(self, labels: Sequence[Label], place: int | None = None) -> None:
        """Begin with other samples, at ``place`` or at the first without a label."""
        self.labels = labels
        self._skipped.clear()
        self.place = 0
        if place is not None:
            self.place = place
        elif len(labels) and labels[0] is not None:
            self.place = self.unlabelled(1) or 0

    def step(self, by: int) -> int | None:
        """Return the place ``by`` further, None past an end."""
        place = self.place + by
        return place if 0 <= place < len(self.labels) else None

    def unlabelled(self, direction: int) -> int | None:
        """Return the nearest place without a label in a direction, around the end; None when there is no other."""
        count = len(self.labels)
        skipped = None
        for distance in range(1, count):
            place = (self.place + direction * distance) % count
            if self.labels[place] is None:
                if place not in self._skipped:
                    return place
                skipped = place if skipped is None else skipped
        return skipped

    def skip(self) -> None:
        """Pass over the sample here from now on."""
        self._skipped.add(self.place)
