"""Work in threads a little ahead of whoever takes the results, so that decoding and computing overlap."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

from threadpoolctl import threadpool_limits

S = TypeVar("S")
T = TypeVar("T")


def overlapped(
    work: Callable[[S], T],
    items: Iterable[S],
    threads: int,
    stop: Callable[[], bool] = lambda: False,
    prepare: Callable[[], None] | None = None,
) -> Generator[tuple[S, T], None, None]:
    """Yield ``(item, work(item))`` in order, worked on in threads at most ``2 * threads`` ahead of whoever takes them.

    Bounded, so that the media never all lie in memory. Once ``stop`` says so, nothing new is begun, and what was
    begun is still yielded; none before it is passed over. ``prepare`` is called once in each thread.
    """
    waiting = iter(items)
    # Threads of the linear algebra library would only spin beside ours: measured, twice the processor time.
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(threads, initializer=prepare) as pool:
        ahead = deque((item, pool.submit(work, item)) for item in islice(waiting, 2 * threads))
        try:
            while ahead:
                while stop() and ahead and ahead[-1][1].cancel():  # from the end: they are begun in order
                    ahead.pop()
                if not ahead:
                    break
                item, future = ahead.popleft()
                result = future.result()
                if not stop():
                    ahead.extend((item, pool.submit(work, item)) for item in islice(waiting, 1))
                yield item, result
        finally:
            for _, future in ahead:
                future.cancel()
