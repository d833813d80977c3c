"""How a text table is written is judged by its text alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.separated import Layout, layout_of, settled

PLACES = [str(place) for place in range(20)]
ROWS = 30
LETTER = "\n".join(["From: a friend", "", "I have read it, twice, and think", "that it is fine; see below.", ""] * 200)


def the_layout(*rows: Sequence[str]) -> Layout:
    layout = layout_of("".join(",".join(row) + "\n" for row in rows), whole=True)
    assert layout is not None
    return layout


def falling(width: int, row: int) -> list[str]:
    """Numbers that never rise twice one after the other."""
    return [f"{(row * 37 + place * 61) % 100 / 10}" for place in range(width)]


@pytest.mark.parametrize(
    "header",
    [
        [*PLACES, "target"],
        ["", *PLACES],
        PLACES,
        ["label", "0", "1", "2"],
        ["id", "2019", "2020", "2021"],
        [*(f"{400 + 2.5 * place}" for place in range(12)), "protein"],
        [*(f"{900 + place**1.5:.2f}" for place in range(40)), "fat"],
    ],
)
def test_numbers_that_count_up_are_names(header: list[str]) -> None:
    layout = the_layout(header, *(falling(len(header), row) for row in range(ROWS)))
    assert layout.header
    assert list(layout.names) == [name or "column_1" for name in header]


def test_years_are_names_also_where_what_is_counted_grows_with_them() -> None:
    years = [str(year) for year in range(1990, 2010)]
    grown = ([f"country {row}", *(str(row + place**2) for place in range(20))] for row in range(ROWS))
    assert the_layout(["country", *years], *grown).header


@given(st.lists(st.integers(1, 50), min_size=2, max_size=6).filter(lambda steps: len(set(steps)) > 1))
def test_a_row_that_rises_by_chance_is_no_header(steps: list[int]) -> None:
    first = [str(sum(steps[:place])) for place in range(len(steps) + 1)]
    assert not the_layout(first, *(falling(len(first), row) for row in range(ROWS))).header


@given(st.integers(8, 30))
def test_a_row_that_rises_among_others_that_mostly_do_is_no_header(width: int) -> None:
    rows = [[str((row + 2) * place**2) for place in range(width)] for row in range(ROWS)]
    for row, cells in enumerate(rows[1:]):
        at = row % (width - 1)
        cells[at : at + 2] = reversed(cells[at : at + 2])
    assert not the_layout(*rows).header


@pytest.mark.parametrize(
    "rows",
    [
        [
            ["1", "2", "3", "4", "setosa"],
            *([*falling(4, row), ("setosa", "virginica")[row % 2]] for row in range(ROWS)),
        ],
        [[str(row + place) for place in range(6)] for row in range(ROWS)],
        [["1", "2", "3"], *(falling(3, row) for row in range(ROWS))],
        [["5.1", "3.5", "1.4", "0.2", "setosa"], ["4.9", "3.0", "1.4", "0.2", "setosa"]],
        [["1", "2", "3", "4"], ["4.9", "3.0", "1.4", "0.2"]],
    ],
)
def test_what_is_like_the_rows_below_is_no_header(rows: list[list[str]]) -> None:
    assert not the_layout(*rows).header


@pytest.mark.parametrize("rest", [("label", "a", "b", "b"), ()])
def test_long_documents_in_quotes_are_cells(rest: tuple[str, ...]) -> None:
    written = io.StringIO(newline="")
    texts = ["text", LETTER, "short", f'He said "yes".\n{LETTER}']
    csv.writer(written).writerows([[text, *rest[place : place + 1]] for place, text in enumerate(texts)])
    layout = layout_of(written.getvalue(), whole=True)
    assert layout is not None
    assert (layout.quoted, layout.names) == (True, ("text", *rest[:1]))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('a,b\n1,"un\n' + "2,x\n" * 5_000 + '3,end"\n4,y\n', ("a", "b")),
        ('a,"b,c\n' + "1,2,3\n" * 3_000 + '4,"5,6\n', ("a", '"b', "c")),
        ("text\nfine\n" + '"not closed\n' + "one text a line\n" * 800 + '"again\nfine\n', ("text",)),
    ],
)
def test_marks_that_would_enclose_rows_are_no_quotes(text: str, names: tuple[str, ...]) -> None:
    layout = layout_of(text, whole=True)
    assert layout is not None
    assert (layout.quoted, layout.names) == (False, names)


@pytest.mark.parametrize(
    ("first", "known", "header"),
    [
        (["400", "402", "404"], ["400", "402", "404"], True),
        (["400", "402", "404"], ["400", "402", "404", "site"], True),
        (["0", "0", "2"], ["0", "1", "2"], False),  # a row of cells, of which some are names
        (["400", "402", "north"], ["place"], False),
        (["1", "2", "north"], ["1", "2", "north"], True),
        (["1", "2", "3"], ["column_1", "column_2", "column_3"], False),
        (["5.1", "3.5", "1.4"], [], False),
    ],
)
def test_known_columns_tell_whether_there_is_a_header(first: list[str], known: list[str], header: bool) -> None:
    layout = layout_of("".join(",".join(row) + "\n" for row in (first, ["4.9", "3.0", "1.4"])), whole=True, known=known)
    assert layout is not None
    assert layout.header is header
    assert list(layout.names) == (first if header else ["column_1", "column_2", "column_3"])


def test_a_first_row_that_counts_up_is_cells_for_who_knows_columns_without_names() -> None:
    found = the_layout(["1", "2", "3", "4"], *(falling(4, row) for row in range(ROWS)))
    unnamed = [f"column_{place}" for place in range(1, 5)]
    assert found.header
    assert list(settled(found, ["1", "2", "3", "4"], unnamed).names) == unnamed
    words = Layout(",", True, True, ("a", "b"), (), None)
    assert settled(words, ["a", "b"], unnamed) == words
