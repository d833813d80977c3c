"""Where requests wait for the processor: a bounded queue, a few threads, and calls of the graph that may be shared.

ONNX Runtime and Pillow let go of Python's lock while they compute, so that threads suffice and the model is in memory
once.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Generic, TypeVar

from exporters.server.deadline import Deadline
from exporters.server.refused import Refused
from exporters.server.settings import Limits, Load
from exporters.server.threads import Threads
from exporters.standalone.halt import Halt, Halted

CLOSE_S = 2.0
"""How long the end waits for work that was told to end: a call of the graph does so at its next node."""

Result = TypeVar("Result")
Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Predictor:
    """Runs the work of requests in threads, in the order of their coming."""

    def __init__(self, load: Load, limits: Limits) -> None:
        self._limits = limits
        self._waiting = 0
        self._threads = Threads(load.workers * load.batch, "predict")

    @property
    def waiting(self) -> int:
        """Requests that wait or are being computed."""
        return self._waiting

    async def do(self, work: Callable[[Deadline], Result], ended: Callable[[], None] = lambda: None) -> Result:
        """Return what ``work`` returns, computed in a thread; it hears until when its answer is wanted.

        ``ended`` is called, in the event loop, once the work is done or was dropped before its turn came, which may be
        long after its answer was given up.

        Raises:
            Refused: too many wait already (429), or the answer took too long (504).
        """
        if self._waiting >= self._limits.waiting:
            ended()
            raise Refused(
                429, "The server is busy: too many requests wait already. Try again soon.", {"retry-after": "1"}
            )
        loop, deadline = asyncio.get_running_loop(), Deadline.after(self._limits.answer_s)

        def in_time() -> Result:
            deadline.check()
            try:
                return work(deadline)
            except Halted as error:
                raise deadline.refusal() from error

        def done() -> None:
            self._waiting -= 1
            ended()

        self._waiting += 1
        try:
            future = self._threads.submit(in_time)
        except RuntimeError:  # the server is ending
            done()
            raise
        future.add_done_callback(lambda _: _tell(loop, done))
        try:
            async with asyncio.timeout_at(loop.time() + self._limits.answer_s):
                return await asyncio.wrap_future(future)
        except TimeoutError as error:
            raise deadline.refusal() from error
        finally:
            deadline.halt.ask()  # what still runs is not waited for: it ends, and its thread is free

    def close(self) -> bool:
        """Start nothing more, and return whether what runs has ended; what does not end soon is left to itself."""
        return self._threads.close(CLOSE_S)


def _tell(loop: asyncio.AbstractEventLoop, what: Callable[[], None]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(what)


class _Job(Generic[Item, Answer]):
    def __init__(self, items: Sequence[Item], halt: Halt) -> None:
        self.items = items
        self.halt = halt
        self.done = threading.Event()
        self.answers: list[Answer] = []
        self.error: Exception | None = None

    def fail(self, error: Exception) -> None:
        self.error = error
        self.done.set()


class Shared(Generic[Item, Answer]):
    """Calls of the graph, ``workers`` at once; what waits together shares a call of up to ``batch`` samples.

    Nobody waits for company: whoever gets a turn takes along what stands in the queue by then.
    """

    def __init__(self, call: Callable[[Sequence[Item], Halt], list[Answer]], load: Load) -> None:
        self._call = call
        self._batch = load.batch
        self._turns = threading.Semaphore(load.workers)
        self._lock = threading.Lock()
        self._queue: deque[_Job[Item, Answer]] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for one of the turns and have it, for a call that nobody can share."""
        with self._turns:
            yield

    def predict(self, items: Sequence[Item], halt: Halt) -> list[Answer]:
        """Return an answer for each item, in order.

        A call ends early once the ends of all that share it are asked for.

        Raises:
            Halted: ``halt`` was asked for.
        """
        if self._batch == 1:
            with self._turns:
                return self._call(items, halt)
        job = _Job[Item, Answer](items, halt)
        with self._lock:
            self._queue.append(job)
        while not job.done.is_set():
            with self._turns:
                taken = self._take()
                self._run(taken)
            if not taken:
                job.done.wait()
        if job.error is not None:
            raise job.error
        return job.answers

    def _take(self) -> list[_Job[Item, Answer]]:
        taken: list[_Job[Item, Answer]] = []
        count = 0
        with self._lock:
            while self._queue and (not taken or count + len(self._queue[0].items) <= self._batch):
                job = self._queue.popleft()
                if job.halt.is_asked:  # nobody waits for it any more
                    job.fail(Halted())
                    continue
                taken.append(job)
                count += len(job.items)
        return taken

    def _run(self, jobs: list[_Job[Item, Answer]]) -> None:
        try:
            answers = iter(self._together(jobs) if jobs else [])
            for job in jobs:
                job.answers = [next(answers) for _ in job.items]
        except Exception as error:  # raised again in the thread that waits for it
            if len(jobs) > 1:  # what breaks one request must not break those that shared its call
                for job in jobs:
                    self._run([job])
                return
            jobs[0].fail(error)
        for job in jobs:
            job.done.set()

    def _together(self, jobs: Sequence[_Job[Item, Answer]]) -> list[Answer]:
        """Return the answers of a call that ends early where nobody waits for it any more."""
        ending = Halt()

        def look() -> None:
            if all(job.halt.is_asked for job in jobs):
                ending.ask()

        with ExitStack() as asked:
            for job in jobs:
                asked.enter_context(job.halt.telling(look))
            return self._call([item for job in jobs for item in job.items], ending)
