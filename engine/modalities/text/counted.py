"""The n-grams of a set of texts, counted once for all who look at them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from engine.arrays import IntArray
from engine.modalities.text.keys import Family
from engine.modalities.text.ngrams import Counts, count_steps
from engine.modalities.text.samples import Text, TextSamples
from engine.modalities.text.tokens import Tokens, blocks_of, letters_of
from engine.pieces import Pieces, finished

_REMEMBERED = 30_000_000  # counts of a set of texts
_LETTERS_AT_ONCE = 5_000_000  # whose counts take some hundred megabytes


class Counted:
    """Texts as tokens and as counts of n-grams, found when first asked for and kept as long as there is room."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self._texts = texts
        self._tokens: Tokens | None = None
        self._kept: dict[Family, Counts] = {}
        self._room = _REMEMBERED

    @property
    def tokens(self) -> Tokens:
        """The tokens of the texts."""
        if self._tokens is None:
            self._tokens = Tokens.of(self._texts)
        return self._tokens

    def find_tokens(self) -> Iterator[None]:
        """Find the tokens bit by bit, with a moment in between for who looks at the clock."""
        if self._tokens is None:
            self._tokens = yield from Tokens.steps(self._texts)

    def counts(self, family: Family) -> Counts:
        """Return how often the n-grams of a family occur."""
        return finished(self.count_steps(family))

    def count_steps(self, family: Family) -> Pieces[Counts]:
        """Count the n-grams of a family bit by bit, with moments in between."""
        kind = replace(family, binary=False)
        if kind in self._kept:
            return self._kept[kind]
        counts = yield from count_steps(self.tokens, family)
        if counts.table.nnz <= self._room:
            self._kept[kind] = counts
            self._room -= counts.table.nnz
        return counts


def counted(samples: TextSamples, rows: IntArray | None = None) -> Counted:
    """Return what is counted in samples, or in ``rows`` of them, the same for all who ask for the same."""
    asked = b"" if rows is None else rows.tobytes()
    if samples.counted is None or samples.counted[0] != asked:
        samples.counted = asked, Counted(samples.texts(rows))
    return samples.counted[1]


def counted_in_pieces(samples: TextSamples) -> Iterator[Counted]:
    """Yield what is counted in samples, of long ones some at a time, so that it fits into memory."""
    letters = [letters_of(samples.text(row)) for row in range(len(samples))]
    blocks = list(blocks_of(np.cumsum([0, *letters]), _LETTERS_AT_ONCE))
    if len(blocks) == 1:
        yield counted(samples)  # the same for all who ask
        return
    for low, high in blocks:
        yield Counted(samples.texts(np.arange(low, high)))
