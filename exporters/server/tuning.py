"""A short measured search of how to share out the processor: calls at once, threads a call, samples a call.

The idea of JIZHI (Liu et al. 2021, Baidu's system for online inference): what serves best under a latency target is
found by trying settings under simulated load, not by rule. Here the load is the package's own sample, sent by as many
senders as keep every worker busy with one more waiting, and the whole search is bounded to a few seconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from typing import Any, Self, TypeVar

from exporters.server.machine import cores
from exporters.server.predictor import Shared
from exporters.server.settings import Load
from exporters.standalone.errors import NotAPackage
from exporters.standalone.halt import Halt

SECONDS = 1.0

Item = TypeVar("Item")
Predict = Callable[[Sequence[Item]], list[Any]]

AT_ONCE = 64
"""Samples in all calls together: each has a thread that waits for it, and a container may have few threads."""

_BATCHES = (4, 16)
_MOST = 256
_TURNS = 2
_GAIN = 1.25  # a shared call has to be worth the wait for it
_PERCENTILE = 0.95


@dataclass(frozen=True)
class Trial:
    """One setting under load. ``p95_ms`` is the time within which 95 of 100 answers came."""

    load: Load
    per_second: float
    p95_ms: float

    def sentence(self) -> str:
        """Return the setting and what came of it."""
        return (
            f"calls at once {self.load.workers}, threads a call {self.load.threads}, samples a call {self.load.batch}: "
            f"{self.per_second:.3g} answers a second, 95 of 100 within {self.p95_ms:.3g} ms"
        )

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Rebuild from plain JSON values.

        Raises:
            ValueError: a setting is out of range.
            KeyError, TypeError: a field is missing or of another type.
        """
        load = Load(**values["load"])
        if not all(type(size) is int and 1 <= size <= _MOST for size in asdict(load).values()):
            raise ValueError("settings out of range")
        if load.workers * load.batch > AT_ONCE:
            raise ValueError("more samples at once than there are threads for")
        return cls(load, float(values["per_second"]), float(values["p95_ms"]))


@dataclass(frozen=True)
class Tuning:
    """What was chosen, and all that was tried. ``kept`` tells whether the latency target is met."""

    chosen: Trial
    tried: tuple[Trial, ...]
    max_latency_ms: float | None
    seconds: float

    @property
    def kept(self) -> bool:
        """Whether the latency target is met, if there is one."""
        return self.max_latency_ms is None or self.chosen.p95_ms <= self.max_latency_ms

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Rebuild from :meth:`to_json`; raises as :meth:`Trial.from_json` does."""
        tried = tuple(Trial.from_json(trial) for trial in values["tried"])
        return cls(Trial.from_json(values["chosen"]), tried, values["max_latency_ms"], float(values["seconds"]))


def search(
    opened: Callable[[int], Predict[Item]],
    item: Item,
    seconds: float = SECONDS,
    max_latency_ms: float | None = None,
    count: int | None = None,
    calls: int = AT_ONCE,
    told: Callable[[Tuning], None] = lambda tuning: None,
) -> Tuning:
    """Try settings for about ``seconds`` and choose the one with the most answers a second that meets the target.

    ``opened`` returns what predicts with a number of threads a call, and ``item`` is what it is asked. Where no setting
    meets ``max_latency_ms``, the quickest is chosen. ``count`` is the number of cores, this machine's where it is None,
    and ``calls`` how many calls may run at once. ``told`` hears what would be chosen before any are shared.

    Raises:
        RuntimeError: no setting could be tried: there are no threads or no memory for it.
    """
    start = time.perf_counter()
    most = max(1, min(calls, AT_ONCE))
    splits = [load for load in _splits(cores() if count is None else count) if load.workers <= most]
    predicts = {load.threads: opened(load.threads) for load in splits}
    window = seconds / (len(splits) + len(_BATCHES))
    tried = [*_measured(splits, predicts, item, window)]
    if not tried:
        raise RuntimeError("no setting could be tried")

    def so_far() -> Tuning:
        return Tuning(pick(tried, max_latency_ms), tuple(tried), max_latency_ms, round(time.perf_counter() - start, 3))

    told(so_far())
    best = pick(tried, max_latency_ms)
    sizes = sorted({min(batch, AT_ONCE // best.load.workers) for batch in _BATCHES} - {1})
    batches = [batch for batch in sizes if best.p95_ms * batch <= 1000 * seconds]  # or it would take minutes
    tried += _measured([replace(best.load, batch=batch) for batch in batches], predicts, item, window)
    return so_far()


def _measured(
    loads: Sequence[Load], predicts: Mapping[int, Predict[Item]], item: Item, window: float
) -> Iterable[Trial]:
    """Measure each for ``window`` seconds in turns, and keep the better: what else the machine does comes and goes.

    What cannot be tried is left out.
    """
    found: dict[Load, Trial] = {}
    for _ in range(_TURNS):
        for load in loads:
            try:
                trial = measure(load, predicts[load.threads], item, window / _TURNS)
            except (RuntimeError, MemoryError, NotAPackage):  # no threads or memory for it: the others stand
                continue
            found[load] = max(trial, found.get(load, trial), key=lambda one: one.per_second)
    return found.values()


def pick(trials: Sequence[Trial], max_latency_ms: float | None) -> Trial:
    """Return the trial with the most answers a second among those that meet the target, the quickest where none does.

    Calls that several share have to gain a good part over the best of those of one sample.
    """
    within = [trial for trial in trials if max_latency_ms is None or trial.p95_ms <= max_latency_ms]
    if not within:
        return min(trials, key=lambda trial: trial.p95_ms)
    return max(within, key=lambda trial: trial.per_second / (_GAIN if trial.load.batch > 1 else 1.0))


def measure(load: Load, predict: Predict[Item], item: Item, seconds: float) -> Trial:
    """Return how ``load`` fares for ``seconds`` under as many senders as fill every call, and one more each."""
    shared, halt = Shared[Item, Any](lambda items, halt: predict(items), load), Halt()
    predict([item])  # what is done once at the first call is not counted
    count = load.workers * load.batch
    with ThreadPoolExecutor(count) as served, ThreadPoolExecutor(count + load.workers) as senders:  # as in Predictor
        start = time.perf_counter()
        end = start + seconds

        def send() -> list[float]:
            """Ask again and again, at least once, and return the seconds that each answer took."""
            times: list[float] = []
            while not times or time.perf_counter() < end:
                before = time.perf_counter()
                served.submit(shared.predict, [item], halt).result()
                times.append(time.perf_counter() - before)
            return times

        running = [senders.submit(send) for _ in range(count + load.workers)]
        times = sorted(took for one in running for took in one.result())
        took = time.perf_counter() - start
    return Trial(load, round(len(times) / took, 2), round(1000 * times[int(_PERCENTILE * (len(times) - 1))], 3))


def _splits(count: int) -> Iterator[Load]:
    """Yield ways to share out ``count`` cores: every divisor as the threads of a call."""
    for threads in range(1, count + 1):
        if count % threads == 0 and (threads & (threads - 1) == 0 or threads == count):
            yield Load(count // threads, threads, 1)
