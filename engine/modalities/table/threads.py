"""Several folds at once, one thread each: twice as fast on two cores as two threads inside one small fit."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from threading import Event

from threadpoolctl import threadpool_limits

from engine.budget import Deadline

_LOOK_SECONDS = 0.02


def work_until(deadline: Deadline, work: Callable[[Event], None], threads: int) -> None:
    """Run ``work(stop)`` in ``threads`` threads until all return; ``stop`` is set when the deadline expires.

    NumPy's matrix products take one thread each meanwhile: threads that wait for each other cost more than they win.
    Only the calling thread asks the deadline, so its ``interrupted`` need not be thread-safe. What one thread raises
    stops the others and is raised here.
    """
    stop = Event()
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(threads, thread_name_prefix="fold") as pool:
        futures = [pool.submit(work, stop) for _ in range(threads)]
        pending = set(futures)
        while pending and not stop.is_set():
            done, pending = wait(pending, timeout=_LOOK_SECONDS, return_when=FIRST_EXCEPTION)
            if deadline.expired or any(future.exception() for future in done):
                stop.set()
    for future in futures:
        future.result()
