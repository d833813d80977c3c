"""An export's figures are said without scientific notation and without claiming too much."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.share import words
from studio.share.words import badge, facts, notes, plain_difference, score, scored
from tests.studio.share.exports import PARITY, comparison, exported


def test_the_examples_hold() -> None:
    assert doctest.testmod(words).failed == 0


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.0, "0"), (3.2e-6, "0.000003"), (4e-12, "less than 0.0000001"), (1e-4, "0.0001"), (0.25, "0.2"), (2.5, "2.5")],
)
def test_a_difference_is_a_plain_decimal(value: float, said: str) -> None:
    assert plain_difference(value) == said


@given(st.floats(min_value=1e-7, max_value=1.0))
def test_a_difference_is_said_within_its_first_digit(value: float) -> None:
    said = plain_difference(value)
    assert "e" not in said
    assert float(said) > 0
    assert abs(float(said) - value) <= value


def test_samples_made_up_for_edge_cases_are_not_hidden() -> None:
    assert badge(exported()) == (
        "good",
        "Proven equal to your model. Checked on 112 samples, 12 of them made-up edge cases: "
        "largest difference 0.000003. Same answers.",
    )
    assert "made-up" not in badge(exported(parity={**PARITY, "samples": 100}))[1]


def test_ties_are_told() -> None:
    assert badge(exported(parity={**PARITY, "ties": 3}))[1].endswith("Same answers, but for 3 exact ties.")


def test_a_page_is_compared_with_nothing() -> None:
    page = exported(Path("m-card.html"), "report", parity={}, score=None)
    assert badge(page) == ("", "")
    assert score(page) == ""
    assert facts(page) == "19 MB"
    assert "m-card.pdf" in notes(page)[0]
    assert notes(exported(notes=["Of note."])) == ["Of note."]


def test_size_speed_and_score_are_told() -> None:
    assert facts(exported()) == "19 MB · 4.57 ms for one sample on this computer's processor"
    assert score(exported()) == (
        "Right on 94 of 100 (between 90 and 97): measured with this very export on 84 samples it never saw."
    )
    assert "not measured again" in score(exported(score=None))


def test_a_smaller_model_says_what_it_lost() -> None:
    small = exported(comparison=comparison())
    assert badge(small) == (
        "good",
        "It keeps the accuracy. On samples it never saw it loses 0.4 points (between -0.2 and 1.0 points); "
        "1 were allowed.",
    )
    assert "8 ms for one sample" in facts(small)
    better = comparison(loss={"value": -0.002, "low": -0.02, "high": 0.01})
    assert "it loses nothing" in badge(exported(comparison=better))[1]


def test_a_smaller_model_that_lost_too_much_in_the_end_is_a_warning() -> None:
    lost = comparison(within=False, loss={"value": 0.03, "low": 0.01, "high": 0.05})
    level, said = badge(exported(comparison=lost))
    assert level == "warning"
    assert said.startswith("Take care. On samples it never saw it loses 3.0 points")
    assert badge(exported(comparison=comparison(loss=None)))[0] == "warning"


def test_a_device_that_gets_the_model_unchanged_gets_its_proof() -> None:
    same = exported(comparison=comparison(judged_by="parity", unchanged=True), sentences=["Now.", "Times differ."])
    assert badge(same)[1].startswith("Proven equal")
    assert notes(same) == [
        "Nothing smaller kept what was asked, so this is the model as it is served.",
        "Times differ.",
    ]


def test_ranking_is_said_as_choices_between_two() -> None:
    said = scored({"metric": "nauc", "value": 0.8, "low": 0.6, "high": 1.0})
    assert said == "picks the right one of two in 90 of 100 cases (between 80 and 100)"
