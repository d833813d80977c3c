"""Spans are made of what is selected, without the spaces around, and their edges are moved by characters and words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from labeling.annotations.model import Span
from studio.label.span_editor import SpanEditor

TEXT = "Ada met 👨‍👩‍👧 in London"


def editor(*spans: Span) -> SpanEditor:
    made = SpanEditor()
    made.load(spans, TEXT)
    return made


def test_a_span_has_no_spaces_at_its_ends() -> None:
    made = editor()
    assert made.mark_stretch("person", 0, 4) == "Mark a span of “person”"
    assert made.marks == [Span("person", 0, 3)]
    assert made.words_of(made.marks[0]) == "Ada"
    assert made.mark_stretch("person", 3, 4) == ""
    assert made.mark_stretch("person", 0, 3) == ""
    assert made.mark_stretch("woman", 0, 3) == "Mark a span of “woman”"


def test_edges_are_moved_by_characters_and_words() -> None:
    made = editor(Span("person", 0, 3))
    made.chosen = 0
    made.nudge(1, of_start=False, words=True)
    assert made.words_of(made.marks[0]) == "Ada met"
    made.nudge(1, of_start=True, words=False)
    assert made.words_of(made.marks[0]) == "da met"
    for _ in range(2):
        made.nudge(1, of_start=False, words=False)
    assert made.words_of(made.marks[0]) == "da met 👨‍👩‍👧"


def test_an_edge_does_not_pass_the_other() -> None:
    made = editor(Span("person", 0, 1))
    made.chosen = 0
    assert made.nudge(-1, of_start=False, words=True) == ""
    assert made.nudge(1, of_start=True, words=False) == ""


def test_the_shortest_span_is_reached_and_the_chosen_one_of_equal_ones() -> None:
    made = editor(Span("all", 0, 10), Span("person", 0, 3), Span("woman", 0, 3))
    assert (made.under(1), made.under(5), made.under(12)) == (1, 0, None)
    made.chosen = 2
    assert made.at(0, 3) == 2


def test_lines_under_overlapping_spans_do_not_cover_each_other() -> None:
    assert editor(Span("a", 0, 10), Span("b", 2, 5), Span("c", 4, 12), Span("d", 12, 14)).lanes() == [0, 1, 2, 0]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 20)), max_size=12))
def test_no_two_spans_share_a_line_where_they_overlap(places: list[tuple[int, int]]) -> None:
    spans = [Span("x", start, start + length) for start, length in places]
    found = editor(*spans).lanes()
    for one, a in enumerate(spans):
        for two, b in enumerate(spans[:one]):
            if a.start < b.end and b.start < a.end:
                assert found[one] != found[two]
