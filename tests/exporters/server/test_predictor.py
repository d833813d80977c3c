from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from exporters.server.body import Body
from exporters.server.deadline import Deadline
from exporters.server.predictor import Predictor, Shared
from exporters.server.refused import Refused
from exporters.server.settings import Limits, Load

LIMITS = Limits()


def doubled(items: Sequence[int]) -> list[int]:
    return [2 * item for item in items]


@pytest.mark.parametrize("load", [Load(1, 1, 1), Load(2, 1, 1), Load(1, 1, 4), Load(3, 1, 16)])
def test_everybody_gets_their_own_answers(load: Load) -> None:
    shared = Shared(doubled, load)
    with ThreadPoolExecutor(12) as threads:
        asked = [list(range(number, number + number % 4 + 1)) for number in range(300)]
        assert list(threads.map(shared.predict, asked)) == [doubled(items) for items in asked]


def test_what_waits_shares_a_call_up_to_the_limit() -> None:
    first, calls = threading.Event(), list[int]()

    def slow(items: Sequence[int]) -> list[int]:
        calls.append(len(items))
        first.wait(5)
        return doubled(items)

    shared = Shared(slow, Load(1, 1, 4))
    with ThreadPoolExecutor(9) as threads:
        waiting = [threads.submit(shared.predict, [number]) for number in range(9)]
        while len(shared._queue) < 8:
            time.sleep(0.001)
        first.set()
        assert [one.result() for one in waiting] == [[2 * number] for number in range(9)]
    assert calls == [1, 4, 4]


def test_one_that_breaks_a_shared_call_does_not_break_the_others() -> None:
    gate = threading.Event()

    def picky(items: Sequence[int]) -> list[int]:
        gate.wait(5)
        if 3 in items:
            raise ArithmeticError("three")
        return doubled(items)

    shared = Shared(picky, Load(1, 1, 8))
    with ThreadPoolExecutor(6) as threads:
        waiting = [threads.submit(shared.predict, [number]) for number in range(6)]
        while len(shared._queue) < 5:
            time.sleep(0.001)
        gate.set()
        for number, one in enumerate(waiting):
            if number == 3:
                with pytest.raises(ArithmeticError):
                    one.result()
            else:
                assert one.result() == [2 * number]


def test_a_full_queue_refuses_and_empties_again() -> None:
    async def scene() -> None:
        predictor = Predictor(Load(1, 1, 1), replace(LIMITS, waiting=2))
        gate = threading.Event()
        running = [asyncio.create_task(predictor.do(lambda _: gate.wait(5))) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(Refused) as refusal:
            await predictor.do(lambda _: True)
        assert refusal.value.status == 429
        gate.set()
        assert await asyncio.gather(*running) == [True, True]
        await asyncio.sleep(0.01)
        assert predictor.waiting == 0
        assert await predictor.do(lambda _: 7) == 7
        predictor.close()

    asyncio.run(scene())


def test_what_takes_too_long_is_given_up_but_counts_until_it_ends() -> None:
    async def scene() -> None:
        predictor = Predictor(Load(1, 1, 1), replace(LIMITS, answer_s=0.05))
        gate = threading.Event()
        with pytest.raises(Refused) as refusal:
            await predictor.do(lambda _: gate.wait(5))
        assert refusal.value.status == 504
        assert predictor.waiting == 1
        gate.set()
        while predictor.waiting:
            await asyncio.sleep(0.001)
        predictor.close()

    asyncio.run(scene())


def test_an_error_comes_back_to_who_asked() -> None:
    async def scene() -> None:
        predictor = Predictor(Load(1, 1, 1), LIMITS)
        with pytest.raises(ZeroDivisionError):
            await predictor.do(lambda _: 1 // 0)
        predictor.close()

    asyncio.run(scene())


def test_what_was_given_up_before_its_turn_leaves_nothing_behind_and_what_runs_counts_until_it_ends() -> None:
    async def scene() -> None:
        predictor = Predictor(Load(1, 1, 1), replace(LIMITS, answer_s=0.1))
        gate, freed = threading.Event(), list[int]()
        running, queued = Body(b"running", freed.append), Body(b"queued!!", freed.append)

        def first(deadline: Deadline) -> bool:
            return gate.wait(5) and running.content == b"running"

        asked = [
            asyncio.create_task(predictor.do(first, running.let_go)),
            asyncio.create_task(predictor.do(lambda _: queued.content, queued.let_go)),
        ]
        for one in asked:
            with pytest.raises(Refused):
                await one
        await asyncio.sleep(0.01)
        assert (queued.content, freed, running.content, predictor.waiting) == (b"", [8], b"running", 1)
        gate.set()
        while predictor.waiting:
            await asyncio.sleep(0.001)
        assert freed == [8, 7]
        predictor.close()

    asyncio.run(scene())


def test_a_refused_request_lets_its_body_go() -> None:
    async def scene() -> None:
        predictor, freed = Predictor(Load(1, 1, 1), replace(LIMITS, waiting=0)), list[int]()
        with pytest.raises(Refused):
            await predictor.do(lambda _: None, Body(b"12345", freed.append).let_go)
        assert freed == [5]
        predictor.close()

    asyncio.run(scene())
