"""A run ends early only when more time is of no use, and says why."""

from __future__ import annotations

from engine.scheduler import Standing
from engine.scheduler.stopping import stop_reason

WORKED = Standing("a", slices=2, curve=((1.0, 0.9), (2.0, 0.99)))


def test_nobody_left_to_work_ends_the_run() -> None:
    assert "has been tried" in (stop_reason([Standing("a", done=True)], {"nauc": 0.7, "accuracy": 0.8}) or "")


def test_next_to_no_mistakes_ends_the_run() -> None:
    assert "next to no mistakes" in (stop_reason([WORKED], {"nauc": 0.999, "accuracy": 0.998}) or "")


def test_every_headline_metric_must_agree() -> None:
    assert stop_reason([WORKED], {"nauc": 0.999, "accuracy": 0.95}) is None


def test_one_lucky_evaluation_is_not_enough() -> None:
    assert stop_reason([Standing("a", curve=((1.0, 1.0),))], {"r2": 1.0}) is None


def test_otherwise_it_goes_on() -> None:
    assert stop_reason([WORKED, Standing("b")], {"r2": 0.9}) is None
