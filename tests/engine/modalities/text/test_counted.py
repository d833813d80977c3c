from __future__ import annotations

import numpy as np

from engine.modalities.text.counted import Counted, counted
from engine.modalities.text.keys import Family
from engine.modalities.text.ngrams import count
from engine.modalities.text.samples import TextSamples
from engine.modalities.text.tokens import Tokens

TEXTS = ["to be", "or not to be"]


def test_texts_are_counted_once_for_all_who_ask() -> None:
    samples = TextSamples.from_texts(TEXTS)
    assert counted(samples) is counted(samples)
    assert counted(samples) is not counted(TextSamples.from_texts(TEXTS))
    first = counted(samples).counts(Family(False, 1, 2))
    assert counted(samples).counts(Family(False, 1, 2, binary=True)) is first
    assert counted(samples).counts(Family(False, 1, 1)) is not first


def test_counts_are_those_of_the_texts() -> None:
    for family in (Family(False, 1, 2), Family(True, 3, 5)):
        found = Counted([(text,) for text in TEXTS]).counts(family)
        expected = count(Tokens.of([(text,) for text in TEXTS]), family)
        np.testing.assert_array_equal(found.keys, expected.keys)
        np.testing.assert_array_equal(found.table.toarray(), expected.table.toarray())
