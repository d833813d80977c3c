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
from exporters.standalone.halt import Halt, Halted

LIMITS = Limits()


def doubled(items: Sequence[int], halt: Halt) -> list[int]:
    halt.check()
    return [2 * item for item in items]


@pytest.mark.parametrize("load", [Load(1, 1, 1), Load(2, 1, 1), Load(1, 1, 4), Load(3, 1, 16)])
def test_everybody_gets_their_own_answers(load: Load) -> None:
    shared = Shared(doubled, load)
    with ThreadPoolExecutor(12) as threads:
        asked = [list(range(number, number + number % 4 + 1)) for number in range(300)]
        assert list(threads.map(lambda items: shared.predict(items, Halt()), asked)) == [
            doubled(items, Halt()) for items in asked
        ]


def test_what_waits_shares_a_call_up_to_the_limit() -> None:
    first, calls = threading.Event(), list[int]()

    def slow(items: Sequence[int], halt: Halt) -> list[int]:
        calls.append(len(items))
        first.wait(5)
        return doubled(items, halt)

    shared = Shared(slow, Load(1, 1, 4))
    with ThreadPoolExecutor(9) as threads:
        waiting = [threads.submit(shared.predict, [number], Halt()) for number in range(9)]
        while len(shared._queue) < 8:
            time.sleep(0.001)
        first.set()
        assert [one.result() for one in waiting] == [[2 * number] for number in range(9)]
    assert calls == [1, 4, 4]


def test_one_that_breaks_a_shared_call_does_not_break_the_others() -> None:
    gate = threading.Event()

    def picky(items: Sequence[int], halt: Halt) -> list[int]:
        gate.wait(5)
        if 3 in items:
            raise ArithmeticError("three")
        return doubled(items, halt)

    shared = Shared(picky, Load(1, 1, 8))
    with ThreadPoolExecutor(6) as threads:
        waiting = [threads.submit(shared.predict, [number], Halt()) for number in range(6)]
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


@pytest.mark.parametrize("load", [Load(1, 1, 1), Load(1, 1, 4)])
def test_what_waits_for_a_turn_is_dropped_once_nobody_waits_for_it(load: Load) -> None:
    gate, calls = threading.Event(), list[int]()

    def slow(items: Sequence[int], halt: Halt) -> list[int]:
        halt.check()
        calls.extend(items)
        gate.wait(5)
        return doubled(items, halt)

    shared, given_up = Shared(slow, load), Halt()
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(shared.predict, [1], Halt())
        while not calls:
            time.sleep(0.001)
        second = threads.submit(shared.predict, [2], given_up)
        given_up.ask()
        gate.set()
        assert first.result() == [2]
        with pytest.raises(Halted):
            second.result()
    assert calls == [1]


def test_a_shared_call_ends_once_all_who_share_it_were_given_up() -> None:
    alone, gate, begun, ended = threading.Event(), threading.Event(), threading.Event(), threading.Event()

    def slow(items: Sequence[int], halt: Halt) -> list[int]:
        if items == [0]:
            alone.set()
            gate.wait(5)
        elif len(items) > 1:
            begun.set()
            while not halt.is_asked:
                time.sleep(0.001)
            ended.set()
        return doubled(items, halt)

    shared, halts = Shared(slow, Load(1, 1, 4)), [Halt(), Halt()]
    with ThreadPoolExecutor(3) as threads:
        first = threads.submit(shared.predict, [0], Halt())
        alone.wait(5)
        waiting = [threads.submit(shared.predict, [number], halt) for number, halt in enumerate(halts, 1)]
        while len(shared._queue) < 2:
            time.sleep(0.001)
        gate.set()
        assert begun.wait(5)
        halts[0].ask()
        assert not ended.wait(0.05), "one of those who share the call still waits"
        halts[1].ask()
        assert ended.wait(5)
        assert first.result() == [0]
        assert all(isinstance(one.exception(5), Halted) for one in waiting)


def test_the_end_does_not_wait_for_work_that_does_not_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exporters.server.predictor.CLOSE_S", 0.1)

    async def scene() -> None:
        predictor, gate = Predictor(Load(1, 1, 1), replace(LIMITS, answer_s=0.05)), threading.Event()
        with pytest.raises(Refused):
            await predictor.do(lambda _: gate.wait(20))
        start = time.monotonic()
        assert not predictor.close()
        assert time.monotonic() - start < 2.0
        with pytest.raises(RuntimeError):
            await predictor.do(lambda _: 7)
        gate.set()

    asyncio.run(scene())


def test_what_was_given_up_is_told_so() -> None:
    async def scene() -> None:
        predictor, heard = Predictor(Load(1, 1, 1), replace(LIMITS, answer_s=0.05)), list[Deadline]()

        def work(deadline: Deadline) -> None:
            heard.append(deadline)
            while True:
                deadline.halt.check()
                time.sleep(0.001)

        with pytest.raises(Refused) as refusal:
            await predictor.do(work)
        assert refusal.value.status == 504
        assert heard[0].halt.is_asked
        while predictor.waiting:
            await asyncio.sleep(0.001)
        predictor.close()

    asyncio.run(scene())
