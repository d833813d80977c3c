"""The clock of active seconds."""

from __future__ import annotations

import ctypes
import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.budget import Budget, Deadline, awake, parse_duration, parse_milliseconds, unbiased


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


@pytest.mark.parametrize(
    ("text", "seconds"), [("60s", 60), ("10m", 600), ("10 min", 600), ("2h", 7200), ("90", 90), ("1.5m", 90)]
)
def test_a_duration_is_read(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["0", "0s", "9000h", "9" * 400])
def test_no_time_and_endless_time_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="more than nothing and at most a year"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["", "-5s", "soon", "5 days", "1e3", "nan", "s"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="looks like 60s, 10m or 2h"):
        parse_duration(text)


@pytest.mark.parametrize(("text", "milliseconds"), [("20", 20), ("0.5ms", 0.5), (" 30 ms ", 30)])
def test_the_time_for_an_answer_is_read(text: str, milliseconds: float) -> None:
    assert parse_milliseconds(text) == milliseconds


@pytest.mark.parametrize("text", ["", "ms", "0", "-1", "nan", "inf", "2 s", "soon", "9" * 400])
def test_what_is_no_time_for_an_answer_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="looks like 20, in milliseconds"):
        parse_milliseconds(text)


def test_paused_time_does_not_count() -> None:
    clock = Clock()
    budget = Budget(60.0, spent_before=5.0, head_start=1.0, now=clock)
    clock.time += 10
    budget.pause()
    budget.pause()
    clock.time += 1000
    assert (budget.active, budget.remaining) == (16.0, 44.0)
    budget.resume()
    budget.resume()
    clock.time += 100
    assert (budget.active, budget.remaining) == (116.0, 0.0)


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 100)), max_size=20))
def test_active_and_paused_time_add_up(steps: list[tuple[bool, float]]) -> None:
    clock = Clock()
    budget = Budget(1e6, now=clock)
    worked = 0.0
    for running, seconds in steps:
        if running:
            budget.resume()
            worked += seconds
        else:
            budget.pause()
        clock.time += seconds
    assert budget.active == pytest.approx(worked)


def test_a_slice_ends_by_its_clock_or_by_an_interruption() -> None:
    clock, stop = Clock(), False
    deadline = Deadline(2.0, lambda: stop, clock)
    clock.time += 1.5
    assert (deadline.elapsed, deadline.remaining, deadline.expired) == (1.5, 0.5, False)
    stop = True
    assert deadline.expired
    stop = False
    clock.time += 1.0
    assert deadline.expired


def test_a_clock_of_units_of_100_ns_is_one_of_seconds() -> None:
    def since_a_year(told: ctypes._Pointer[ctypes.c_ulonglong]) -> int:
        told[0] = 365 * 24 * 3600 * 10**7 + 5 * 10**6
        return 1

    system_call = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_ulonglong))(since_a_year)
    assert unbiased(system_call)() == 365 * 24 * 3600 + 0.5


def test_what_is_limited_is_measured_by_the_clock_that_sleeps_with_the_computer() -> None:
    for limited in (Budget, Deadline):
        assert inspect.signature(limited).parameters["now"].default is awake
    assert awake() <= awake()
