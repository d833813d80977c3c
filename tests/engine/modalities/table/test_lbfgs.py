"""A search downhill that can be put down and taken up again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize, rosen, rosen_der

from engine.arrays import FloatArray
from engine.modalities.table.lbfgs import Search


def valley(at: FloatArray) -> tuple[float, FloatArray]:
    """Rosenbrock's: a narrow bend that no search goes through in a few steps."""
    return float(rosen(at)), np.asarray(rosen_der(at))


def searched(start: FloatArray, limit: int = 500, most_steps_at_once: int = 10_000) -> tuple[Search, int]:
    """Return the search at its end and how often the value was asked for."""
    asked = 0

    def counted(at: FloatArray) -> tuple[float, FloatArray]:
        nonlocal asked
        asked += 1
        return valley(at)

    search = Search(start, limit)
    while not search.ended:
        left = iter(range(most_steps_at_once - 1))
        search.go_on(counted, lambda: next(left, None) is None)  # noqa: B023
    return search, asked


def test_it_ends_as_low_as_the_search_of_scipy() -> None:
    start = np.array([-1.2, 1.0, -0.5, 0.8])
    search, asked = searched(start)
    theirs = minimize(rosen, start, jac=rosen_der, method="L-BFGS-B")
    assert valley(search.at)[0] < 1e-5
    assert asked < 3 * theirs.nfev


@given(most=st.integers(1, 7))
def test_it_ends_at_the_same_place_however_often_it_is_put_down(most: int) -> None:
    start = np.array([-1.2, 1.0, -0.5])
    whole, pieces = searched(start)[0], searched(start, most_steps_at_once=most)[0]
    np.testing.assert_array_equal(pieces.at, whole.at)


def test_its_steps_are_counted_over_all_pieces() -> None:
    assert searched(np.array([-1.2, 1.0]), limit=9, most_steps_at_once=2)[1] < 40


def test_being_stopped_keeps_what_was_reached() -> None:
    start = np.array([-1.2, 1.0])
    search = Search(start, 100)
    search.go_on(valley, lambda: True)
    assert not search.ended
    assert valley(search.at)[0] < valley(start)[0]


def test_where_nothing_is_lower_it_ends() -> None:
    search = Search(np.ones(3), 100)
    search.go_on(valley, lambda: False)
    assert search.ended
    assert search.at == pytest.approx(np.ones(3))
