"""One value under several spellings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.modalities.table.decode import as_words
from engine.modalities.table.spellings import codes_of


@pytest.mark.parametrize(
    ("values", "word", "code"),
    [
        (("False", "True"), "true", 1),
        (("FALSE", "TRUE"), "False", 0),
        (("false", "true"), "TRUE", 1),
        (("2.0", "1.0"), "1", 1),
        (("2", "1"), "1.0", 1),
        (("-3.00",), "-3", 0),
        (("0.0",), "0", 0),
    ],
)
def test_spellings_that_programs_exchange_mean_the_known_value(values: tuple[str, ...], word: str, code: int) -> None:
    assert codes_of(values)[word] == code


@pytest.mark.parametrize(
    ("values", "word"),
    [
        (("True", "TRUE"), "true"),  # which of them?
        (("1.0", "1.00"), "1"),
        (("1.10",), "1.1"),
        (("007",), "7"),
        (("1e3",), "1000"),
        (("yes",), "YES"),
        (("",), "0"),
        (("9" * 20,), "9" * 20 + ".0"),
    ],
)
def test_what_may_be_another_value_stays_unknown(values: tuple[str, ...], word: str) -> None:
    assert word not in codes_of(values)


def test_a_value_that_is_known_itself_is_never_another() -> None:
    codes = codes_of(("True", "true", "1.0", "1"))
    assert codes == {"True": 0, "true": 1, "1.0": 2, "1": 3}


@given(st.lists(st.text(max_size=3) | st.sampled_from(["True", "true", "1", "1.0", "1.00"]), unique=True))
def test_every_value_has_its_own_place(values: list[str]) -> None:
    codes = codes_of(tuple(values))
    assert [codes[value] for value in values] == list(range(len(values)))


@pytest.mark.parametrize("value", [True, False, 0.0, 1.0, 7, -12.0, 2.0**52])
def test_what_json_sends_finds_what_pandas_wrote(value: float) -> None:
    word = as_words("c", value)
    assert word is not None and codes_of((str(value),))[word] == 0
