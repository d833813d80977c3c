"""Texts that too many others were there to learn from: looked at only for their answers, a block at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from engine.arrays import IntArray
from engine.modalities.text.counted import Counted
from engine.modalities.text.members.ngrams import design
from engine.modalities.text.ngrams import Vocabulary
from engine.modalities.text.samples import TextSamples
from engine.modalities.text.tokens import letters_of

if TYPE_CHECKING:
    from scipy.sparse import csr_array

_LETTERS_A_BLOCK = 500_000  # are counted between two looks at the clock


class LeftOut:
    """The features of the texts ``rows`` of samples, those of as many kept as ``room`` numbers hold."""

    def __init__(self, samples: TextSamples, rows: IntArray, vocabularies: Sequence[Vocabulary], room: int) -> None:
        self.rows = rows
        self._samples, self._vocabularies, self._room = samples, vocabularies, room
        self._kept: dict[int, csr_array[np.float32]] = {}

    def blocks(self) -> Iterator[tuple[IntArray, csr_array[np.float32]]]:
        """Yield some rows and their features [rows, m], until all have been there."""
        begin, letters = 0, 0
        for end, row in enumerate(self.rows.tolist(), start=1):
            letters += letters_of(self._samples.text(row))
            if letters >= _LETTERS_A_BLOCK or end == len(self.rows):
                yield self.rows[begin:end], self._features(begin, end)
                begin, letters = end, 0

    def _features(self, begin: int, end: int) -> csr_array[np.float32]:
        if begin in self._kept:
            return self._kept[begin]
        found = design(Counted(self._samples.texts(self.rows[begin:end])), self._vocabularies)
        if found.nnz <= self._room:
            self._kept[begin] = found
            self._room -= found.nnz
        return found
