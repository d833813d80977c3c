"""Threads that do all the work, in order, and let the process end."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from exporters.server.threads import Threads
from tests.exporters.server.client import ROOT


def test_all_the_work_is_done_in_order_by_no_more_threads_than_asked_for() -> None:
    threads, seen, order = Threads(3, "t"), set[str](), list[int]()

    def work(number: int) -> int:
        seen.add(threading.current_thread().name)
        order.append(number)
        time.sleep(0.001)
        return 2 * number

    futures = [threads.submit(lambda number=number: work(number)) for number in range(50)]  # type: ignore[misc]
    assert [future.result(5) for future in futures] == [2 * number for number in range(50)]
    assert seen == {f"serving: t-{number}" for number in range(3)}
    assert max(abs(place - number) for place, number in enumerate(order)) < 3
    assert threads.close(5.0)


def test_a_thread_that_waits_is_used_again() -> None:
    threads, seen = Threads(8, "t"), set[int]()
    for _ in range(20):
        threads.submit(lambda: seen.add(threading.get_ident())).result(5)
        time.sleep(0.002)
    assert len(seen) < 8
    assert threads.close(5.0)


def test_an_error_and_its_end_are_those_of_the_work() -> None:
    threads = Threads(1, "t")
    failed = threads.submit(lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        failed.result(5)
    assert threads.submit(lambda: 7).result(5) == 7
    assert threads.close(5.0)


def test_what_waits_at_the_end_is_dropped_and_nothing_more_is_taken() -> None:
    threads, begun, gate = Threads(1, "t"), threading.Event(), threading.Event()

    def work() -> bool:
        begun.set()
        return gate.wait(5)

    running, waiting = threads.submit(work), threads.submit(lambda: 7)
    assert begun.wait(5)
    closing = threading.Thread(target=threads.close, args=(5.0,))
    closing.start()
    while not waiting.cancelled():
        time.sleep(0.001)
    with pytest.raises(RuntimeError, match="no more work"):
        threads.submit(lambda: 7)
    gate.set()
    closing.join(5)
    assert running.result(5)


def test_where_the_system_gives_no_more_threads_those_that_are_there_do_it(monkeypatch: pytest.MonkeyPatch) -> None:
    threads, gate = Threads(4, "t"), threading.Event()
    first = threads.submit(lambda: gate.wait(5))

    def none_left(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none_left)
    second = threads.submit(lambda: 7)
    gate.set()
    assert first.result(5) and second.result(5) == 7
    assert threads.close(5.0)
    with pytest.raises(RuntimeError, match="start new thread"):
        Threads(4, "u").submit(lambda: 7)


def test_work_that_does_not_end_does_not_keep_the_process() -> None:
    code = (
        "import time; from exporters.server.threads import Threads\n"
        "threads = Threads(2, 't'); threads.submit(lambda: time.sleep(60)); time.sleep(0.1)\n"
        "print(threads.close(0.1))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=30, check=True
    )
    assert done.stdout.strip() == "False"
