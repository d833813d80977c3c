"""Threads for the work of requests, which nobody has to wait for when the server ends."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

_MARK = "serving: "
Result = TypeVar("Result")
_Job = tuple[Future[Any], Callable[[], Any]]


def end_under_work(code: int) -> None:
    """End the process at once where work of a request still goes on: what that uses cannot be taken down under it."""
    if any(thread.name.startswith(_MARK) for thread in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


class Threads:
    """Up to ``most`` threads, started as they are needed, that do work in the order of its coming.

    Unlike those of :mod:`concurrent.futures` they do not keep the process alive: work that goes on after its deadline,
    in one long node of a graph or in a library, would hold up its end until it is killed.
    """

    def __init__(self, most: int, name: str) -> None:
        self._most = most
        self._name = name
        self._lock = threading.Lock()
        self._idle = threading.Semaphore(0)
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._is_closed = False

    def submit(self, work: Callable[[], Result]) -> Future[Result]:
        """Let a thread do ``work``, and return what will hold its result.

        Raises:
            RuntimeError: no more work is taken, or the system gives not one thread.
        """
        future: Future[Result] = Future()
        with self._lock:
            if self._is_closed:
                raise RuntimeError("no more work is taken")
            if not self._idle.acquire(blocking=False) and len(self._threads) < self._most:
                self._start()
            self._jobs.put((future, work))
        return future

    def close(self, wait_s: float) -> bool:
        """Take no more work, drop what waits, and return whether what ran has ended within ``wait_s`` seconds."""
        with self._lock:
            self._is_closed = True
            waiting = self._emptied()
            for _ in self._threads:
                self._jobs.put(None)
        for future in waiting:
            future.cancel()
        end = time.monotonic() + wait_s
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _emptied(self) -> list[Future[Any]]:
        waiting: list[Future[Any]] = []
        while True:
            try:
                job = self._jobs.get_nowait()
            except Empty:
                return waiting
            if job is not None:
                waiting.append(job[0])

    def _start(self) -> None:
        thread = threading.Thread(target=self._work, name=f"{_MARK}{self._name}-{len(self._threads)}", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the system gives no more: those that are there do it
            if not self._threads:
                raise
        else:
            self._threads.append(thread)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            _do(*job)
            del job  # what it refers to must not stay in memory until the next one comes
            self._idle.release()


def _do(future: Future[Any], work: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = work()
    except BaseException as error:  # raised again where the result is asked for
        future.set_exception(error)
    else:
        future.set_result(result)
