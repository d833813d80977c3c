from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from exporters.server.room import Room


def test_never_more_than_the_room_is_held_and_everybody_gets_some() -> None:
    room, lock, held, most = Room(10), threading.Lock(), [0], [0]

    def use(amount: int) -> int:
        room.take(amount, 5.0)
        with lock:
            held[0] += amount
            most[0] = max(most[0], held[0])
        time.sleep(0.0005)
        with lock:
            held[0] -= amount
        room.give(amount)
        return amount

    amounts = [random.Random(0).randint(0, 10) for _ in range(200)]
    with ThreadPoolExecutor(16) as threads:
        assert list(threads.map(use, amounts)) == amounts
    assert 0 < most[0] <= 10


def test_who_does_not_wait_is_told() -> None:
    room = Room(10)
    assert room.take(7, 0.0)
    assert not room.take(4, 0.0)
    assert room.take(3, 0.0)
    room.give(7)
    assert room.take(6, 0.0)


def test_nobody_waits_longer_than_they_said() -> None:
    room = Room(10)
    assert room.take(10, 0.0)
    before = time.monotonic()
    assert not room.take(1, 0.05)
    assert 0.04 < time.monotonic() - before < 5
