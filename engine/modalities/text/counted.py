"""The n-grams of a set of texts, counted once for all who look at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from weakref import WeakKeyDictionary

from engine.modalities.text.keys import Family
from engine.modalities.text.ngrams import Counts, count
from engine.modalities.text.samples import Text, TextSamples
from engine.modalities.text.tokens import Tokens

_REMEMBERED = 30_000_000  # counts of a set of texts


class Counted:
    """Texts as tokens and as counts of n-grams, found when first asked for and kept as long as there is room."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self._texts = texts
        self._kept: dict[Family, Counts] = {}
        self._room = _REMEMBERED

    @cached_property
    def tokens(self) -> Tokens:
        """The tokens of the texts."""
        return Tokens.of(self._texts)

    def counts(self, family: Family) -> Counts:
        """Return how often the n-grams of a family occur."""
        kind = replace(family, binary=False)
        if kind in self._kept:
            return self._kept[kind]
        counts = count(self.tokens, family)
        if counts.table.nnz <= self._room:
            self._kept[kind] = counts
            self._room -= counts.table.nnz
        return counts


_KNOWN: WeakKeyDictionary[TextSamples, Counted] = WeakKeyDictionary()


def counted(samples: TextSamples) -> Counted:
    """Return what is counted in samples, the same for all who ask for the same samples."""
    if samples not in _KNOWN:
        _KNOWN[samples] = Counted(samples.texts())
    return _KNOWN[samples]
