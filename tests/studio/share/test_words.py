"""An export's figures are said without scientific notation and without claiming too much."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.share.exporting import Exported
from studio.share.words import facts, parity, plain_difference

EXPORTED = Exported(Path("m.onnx"), 19_000_000, 112, 100, 3.2e-6, 1e-4, 1.0, 0, 4.567, ())


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.0, "0"), (3.2e-6, "0.000003"), (4e-12, "less than 0.0000001"), (1e-4, "0.0001"), (0.25, "0.2"), (2.5, "2.5")],
)
def test_a_difference_is_a_plain_decimal(value: float, words: str) -> None:
    assert plain_difference(value) == words


@given(st.floats(min_value=1e-7, max_value=1.0))
def test_a_difference_is_said_within_its_first_digit(value: float) -> None:
    words = plain_difference(value)
    assert "e" not in words
    assert float(words) > 0
    assert abs(float(words) - value) <= value


def test_samples_made_up_for_edge_cases_are_not_hidden() -> None:
    assert parity(EXPORTED) == (
        "Checked on 112 samples, 12 of them made-up edge cases: largest difference 0.000003. Same answers."
    )
    assert "made-up" not in parity(replace(EXPORTED, samples=100))


def test_ties_are_told() -> None:
    assert parity(replace(EXPORTED, ties=3)).endswith("Same answers, but for 3 exact ties.")


def test_size_and_speed_are_told() -> None:
    words = facts(EXPORTED)
    assert "MB" in words
    assert "4.57 ms for one sample" in words
