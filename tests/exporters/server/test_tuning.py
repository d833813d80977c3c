from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from exporters.server.settings import Load
from exporters.server.tuning import AT_ONCE, Trial, Tuning, measure, pick, search


def machine(one_s: float, each_s: float, cores: int = 2, speedup: float = 1.0) -> Callable[[int], object]:
    """A model that takes ``one_s`` a call and ``each_s`` a sample on one thread, on a computer of a few cores."""
    free = threading.Semaphore(cores)

    def opened(threads: int) -> Callable[[Sequence[int]], list[int]]:
        def predict(items: Sequence[int]) -> list[int]:
            for _ in range(threads):
                free.acquire()
            try:
                time.sleep((one_s + each_s * len(items)) / (1 + speedup * (threads - 1)))
            finally:
                for _ in range(threads):
                    free.release()
            return list(items)

        return predict

    return opened


def found(one_s: float, each_s: float, speedup: float = 1.0, seconds: float = 0.4) -> Tuning:
    opened = machine(one_s, each_s, speedup=speedup)
    return search(opened, 7, seconds, count=2)  # type: ignore[arg-type]


def test_a_model_that_gains_nothing_by_threads_is_called_twice_at_once() -> None:
    chosen = found(
        0.0, 0.02, speedup=0.1, seconds=1.2
    ).chosen.load  # so long that what else the machine does hardly counts
    assert chosen == Load(2, 1, 1)


def test_a_call_that_costs_most_is_shared() -> None:
    chosen = found(0.03, 0.0, seconds=1.5).chosen.load
    assert chosen.batch > 1


SINGLE, THREADED = Trial(Load(2, 1, 1), 100.0, 20.0), Trial(Load(1, 2, 1), 90.0, 11.0)
SHARED, LITTLE = Trial(Load(2, 1, 16), 150.0, 90.0), Trial(Load(2, 1, 4), 120.0, 40.0)


@pytest.mark.parametrize(
    ("trials", "target", "chosen"),
    [
        ([SINGLE, THREADED], None, SINGLE),
        ([SINGLE, THREADED], 15.0, THREADED),
        ([SINGLE, THREADED], 5.0, THREADED),
        ([SINGLE, THREADED, LITTLE], None, SINGLE),
        ([SINGLE, THREADED, LITTLE, SHARED], None, SHARED),
        ([SINGLE, THREADED, LITTLE, SHARED], 50.0, SINGLE),
        ([SHARED, LITTLE], 50.0, LITTLE),
    ],
)
def test_the_most_answers_within_the_target_are_picked_and_sharing_has_to_pay(
    trials: list[Trial], target: float | None, chosen: Trial
) -> None:
    assert pick(trials, target) == chosen
    assert Tuning(chosen, tuple(trials), target, 1.0).kept == (target != 5.0)


def test_the_search_is_bounded_for_a_slow_model() -> None:
    start = time.perf_counter()
    tuning = found(0.04, 0.04, seconds=0.1)
    assert time.perf_counter() - start < 3.0
    assert all(trial.load.batch == 1 for trial in tuning.tried)


def test_no_setting_takes_more_threads_or_calls_than_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "exporters.server.tuning.measure", lambda load, *_: Trial(load, 100.0 * load.workers * load.batch, 1.0)
    )
    opened = machine(0.0, 0.0)
    for count, calls, most, shared in ((16, 64, 16, {4}), (8, 64, 8, {4, 8}), (16, 3, 2, {4, 16}), (96, 96, 48, set())):
        tried = search(opened, 7, 1.0, count=count, calls=calls).tried  # type: ignore[arg-type]
        assert max(trial.load.workers for trial in tried) == most
        assert {trial.load.batch for trial in tried} == {1} | shared
        assert all(trial.load.workers * trial.load.batch <= AT_ONCE for trial in tried)


def test_what_cannot_be_tried_costs_nothing_that_was_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    fares = {1: SINGLE, 4: LITTLE}

    def measured(load: Load, *_: object) -> Trial:
        if load.batch not in fares:
            raise RuntimeError("can't start new thread")
        return replace(fares[load.batch], load=load)

    monkeypatch.setattr("exporters.server.tuning.measure", measured)
    heard: list[Tuning] = []
    tuning = search(machine(0.0, 0.0), 7, 0.4, count=2, told=heard.append)  # type: ignore[arg-type]
    assert {trial.load.batch for trial in tuning.tried} == {1, 4}
    assert [{trial.load.batch for trial in one.tried} for one in heard] == [{1}]
    fares.clear()
    with pytest.raises(RuntimeError, match="no setting"):
        search(machine(0.0, 0.0), 7, 0.4, count=2)  # type: ignore[arg-type]


def test_what_is_measured_is_what_happened() -> None:
    trial = measure(Load(1, 1, 1), machine(0.0, 0.01)(1), 7, 0.1)  # type: ignore[arg-type]
    assert 10.0 < trial.p95_ms < 100.0
    assert 20 < trial.per_second <= 100


def test_it_goes_to_json_and_back_and_odd_settings_are_refused() -> None:
    trial = Trial(Load(2, 1, 4), 120.5, 8.25)
    tuning = Tuning(trial, (trial,), 10.0, 0.9)
    assert Tuning.from_json(tuning.to_json()) == tuning
    assert "calls at once 2" in trial.sentence()
    for load, said in (
        ({"workers": 0, "threads": 1, "batch": 1}, "range"),
        ({"workers": 1, "threads": 1, "batch": 10**9}, "range"),
        ({"workers": 16, "threads": 1, "batch": 16}, "more samples at once"),
    ):
        with pytest.raises(ValueError, match=said):
            Trial.from_json({"load": load, "per_second": 1.0, "p95_ms": 1.0})
