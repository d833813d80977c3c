"""A cell that is asked about is read as it was when it was learned from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.errors import DataError
from engine.modalities.table.decode import as_words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "true"),
        (False, "false"),
        (3.0, "3"),
        (-2.0, "-2"),
        (2.5, "2.5"),
        (7, "7"),
        (1e300, "1e+300"),
        (" red ", "red"),
        ("größe", "größe"),
        ("  ", None),
        (None, None),
        (float("nan"), None),
        (np.float64("nan"), None),
    ],
)
def test_words_are_those_that_were_learned(value: Any, words: str | None) -> None:
    assert as_words("colour", value) == words


def test_half_a_character_is_refused_with_a_sentence() -> None:
    with pytest.raises(DataError, match="'colour' takes a text, but got half a character"):
        as_words("colour", "\ud800")
