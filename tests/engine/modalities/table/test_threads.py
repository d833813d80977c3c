"""Several folds at once."""

from __future__ import annotations

import time
from threading import Event, current_thread, main_thread

import pytest

from engine.budget import Deadline
from engine.modalities.table.threads import work_until


def test_it_ends_when_the_work_is_done() -> None:
    done: list[str] = []
    work_until(Deadline(60.0), lambda stop: done.append(current_thread().name), 2)
    assert len(done) == 2


def test_it_stops_the_work_at_the_deadline() -> None:
    def work(stop: Event) -> None:
        assert stop.wait(30.0)

    start = time.monotonic()
    work_until(Deadline(0.1), work, 2)
    assert time.monotonic() - start < 5.0


def test_only_the_calling_thread_asks_the_deadline() -> None:
    askers = []

    def interrupted() -> bool:
        askers.append(current_thread())
        return len(askers) > 3

    work_until(Deadline(60.0, interrupted), lambda stop: assert_set(stop), 2)
    assert set(askers) == {main_thread()}


def assert_set(stop: Event) -> None:
    assert stop.wait(30.0)


def test_what_one_thread_raises_stops_the_others_and_is_raised() -> None:
    seen: list[bool] = []

    def work(stop: Event) -> None:
        if not seen:
            seen.append(True)
            raise MemoryError("too much")
        assert_set(stop)

    with pytest.raises(MemoryError, match="too much"):
        work_until(Deadline(60.0), work, 2)
