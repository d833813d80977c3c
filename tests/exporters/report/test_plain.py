from __future__ import annotations

import doctest
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from exporters.report import libraries, plain
from exporters.report.pdf import fonts
from exporters.report.plain import excerpt, shortened, shown
from exporters.report.sections import summary, words


def test_the_examples_hold() -> None:
    for module in (plain, libraries, fonts, summary, words):
        found = doctest.testmod(module)

        assert found.attempted > 0
        assert found.failed == 0


@given(st.text(st.characters(exclude_categories=())))
def test_nothing_shown_controls_hides_or_is_empty(text: str) -> None:
    said = shown(text)

    assert said
    assert said.encode()
    assert not {"Cc", "Cs", "Zl", "Zp"} & set(map(unicodedata.category, said))
    assert shown(said) == said


@given(st.text(min_size=1), st.integers(3, 40))
def test_what_is_cut_is_no_longer_than_allowed(text: str, most: int) -> None:
    assert len(shortened(text, most)) <= max(most, len(text) if len(text) <= most else 0)
    assert len(excerpt(text, most)) <= most
