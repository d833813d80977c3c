"""One after the other."""

from __future__ import annotations

from engine.scheduler import Slice, Standing
from engine.scheduler.in_order import InOrder


def test_the_first_who_is_not_done_works() -> None:
    order = [Standing("a", done=True), Standing("b", slices=1), Standing("c")]
    assert InOrder().choose(order, 60.0, 30.0) == Slice("b", 2.0)
