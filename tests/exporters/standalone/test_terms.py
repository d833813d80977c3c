"""Cells of sentences are taken apart as the engine takes them apart."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.modalities.table.terms import LONGEST, occurrences
from exporters.standalone.terms import term_feeds


@given(st.lists(st.none() | st.text(max_size=40), max_size=6))
def test_each_cell_has_the_engines_terms(texts: list[str | None]) -> None:
    terms, sizes, letters = term_feeds(texts)
    rows, buckets = occurrences(texts)
    np.testing.assert_array_equal(terms, buckets)
    np.testing.assert_array_equal(np.repeat(np.arange(len(texts)), sizes), rows)
    assert letters.tolist() == [len(text or "") for text in texts]


def test_of_a_long_cell_the_beginning_counts() -> None:
    terms, sizes, letters = term_feeds(["word " * 1000, "word " * (LONGEST // 5), None])
    assert letters.tolist() == [LONGEST, LONGEST, 0]
    assert sizes[0] == sizes[1] > sizes[2] == 0
    np.testing.assert_array_equal(terms[: sizes[0]], terms[sizes[0] :])
