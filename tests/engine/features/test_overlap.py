from __future__ import annotations

import threading
import time

from engine.features.overlap import overlapped


def test_overlapped_work_comes_in_order_and_stays_close() -> None:
    begun: list[int] = []

    def work(item: int) -> int:
        begun.append(item)
        time.sleep(0.002 * (item % 3))
        return item * item

    for place, (item, result) in enumerate(overlapped(work, range(30), 2)):
        assert (item, result) == (place, place * place)
        assert max(begun) <= place + 5


def test_overlapped_work_that_was_begun_is_not_lost_when_stopped() -> None:
    stopped = threading.Event()
    finished: list[int] = []

    def work(item: int) -> int:
        time.sleep(0.01)
        finished.append(item)
        return item

    taken = []
    for item, _ in overlapped(work, range(100), 2, stopped.is_set):
        taken.append(item)
        stopped.set()
    assert sorted(finished) == taken == list(range(len(taken)))
    assert 1 <= len(taken) < 10
