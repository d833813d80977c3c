"""A member's pace is measured after a warm-up, and never takes long."""

from __future__ import annotations

import numpy as np
import pytest
from typing_extensions import override

from engine.arrays import FloatArray
from engine.learners.constant import ConstantMember
from engine.samples import Samples
from engine.worker.first import Headcount
from engine.worker.pace import HANDFUL, measure, time_allowed


class Clock:
    """A clock that members move on."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Timed(ConstantMember):
    """Takes a second to warm up, then ``alone`` seconds a call and ``each`` a sample."""

    def __init__(self, clock: Clock, alone: float, each: float) -> None:
        super().__init__(np.array([0.5, 0.5]))
        self.clock, self.alone, self.each = clock, alone, each
        self.cold = 1.0

    @override
    def predict(self, samples: Samples) -> FloatArray:
        self.clock.now += self.cold + self.alone + self.each * len(samples)
        self.cold = 0.0
        return super().predict(samples)


def test_one_alone_and_a_handful_are_told_apart() -> None:
    clock = Clock()
    pace = measure(Timed(clock, alone=0.02, each=0.01), Headcount, limit_s=9.0, size=7, now=clock)
    assert pace.single_s == pytest.approx(0.03)
    assert pace.batch_s == pytest.approx((0.02 + HANDFUL * 0.01) / HANDFUL)
    assert pace.size == 7


def test_a_slow_member_is_asked_once() -> None:
    clock = Clock()
    pace = measure(Timed(clock, alone=3.0, each=0.0), Headcount, limit_s=0.5, now=clock)
    assert pace.single_s == pace.batch_s == pytest.approx(4.0)
    assert clock.now == pytest.approx(4.0)


def test_measuring_takes_a_small_share_of_the_budget() -> None:
    assert time_allowed(60.0) <= 0.003 * 60.0
    assert time_allowed(1.0) < 0.1
    assert time_allowed(86_400.0) <= 1.0
