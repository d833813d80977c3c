"""Rules that every policy keeps, run over the whole registry."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.scheduler import POLICIES, Standing
from engine.scheduler.base import slice_seconds

standings = st.lists(
    st.builds(
        Standing,
        name=st.uuids().map(str),
        slices=st.integers(0, 12),
        seconds=st.floats(0, 100),
        curve=st.lists(st.tuples(st.floats(0, 100), st.floats(-1, 1)), max_size=4).map(tuple),
        done=st.booleans(),
        first_slice=st.floats(0, 5),
        share=st.floats(0, 1),
        group=st.sampled_from(["", "tuned"]),
    ),
    max_size=5,
)


@pytest.mark.parametrize("name", POLICIES)
@given(standings=standings, total=st.floats(1, 7200), share=st.floats(0, 1))
def test_a_slice_goes_to_someone_open_and_fits_the_time(
    name: str, standings: list[Standing], total: float, share: float
) -> None:
    remaining = total * share
    chosen = POLICIES[name]().choose(standings, total, remaining)
    if chosen is None:
        assert remaining == 0 or all(standing.done for standing in standings)
    else:
        assert chosen.learner in {standing.name for standing in standings if standing.open}
        assert 0 < chosen.seconds <= remaining


def test_slices_double_up_to_a_twelfth_of_the_budget() -> None:
    lengths = [slice_seconds(Standing("a", slices=n), 120.0, 100.0) for n in range(6)]
    assert lengths == [1.0, 2.0, 4.0, 8.0, 10.0, 10.0]


def test_the_first_slice_may_be_promised() -> None:
    assert slice_seconds(Standing("a", first_slice=0.5), 60.0, 60.0) == 0.5
