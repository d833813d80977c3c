from __future__ import annotations

import doctest

from hypothesis import given
from hypothesis import strategies as st

from engine import wording
from engine.results import figures, words
from engine.task import Modality


def test_the_examples_hold() -> None:
    for module in (wording, figures, words):
        found = doctest.testmod(module)

        assert found.attempted > 0
        assert found.failed == 0


@given(st.floats(0.0, 1.0, exclude_min=True, exclude_max=True))
def test_an_imperfect_share_is_never_called_perfect_nor_empty(share: float) -> None:
    assert 1 <= int(wording.of_100(share)) <= 99


@given(st.floats(0.0, 1e6))
def test_a_duration_names_one_or_two_units(seconds: float) -> None:
    assert len(wording.duration(seconds).split()) in (2, 4)


def test_things_are_named_as_the_person_names_them() -> None:
    assert wording.things(Modality.IMAGE, 2021) == "2,021 photos"
    assert wording.things(Modality.TABLE, 1) == "1 row"
    assert wording.noun(Modality.TABLE) == "rows"


def test_amounts_stay_readable() -> None:
    assert wording.amount(65535.0, 6) == "65,535"
    assert wording.amount(float("nan")) == "unknown"
    assert wording.amount(1e-9) == "1.00e-09"


def test_sizes_have_a_fitting_unit() -> None:
    assert wording.size(12) == "12 B"
    assert wording.size(3_210_000_000) == "3.21 GB"
