"""Figures of the server in Prometheus' text format."""

from __future__ import annotations

import os
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

TEXT = "text/plain; version=0.0.4; charset=utf-8"

_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_STATUS = Path("/proc/self/statm")


class Metrics:
    """Counts requests and the seconds they took. Used from the event loop alone, but for the samples counted."""

    def __init__(self) -> None:
        self._start = time.time()
        self._requests = Counter[tuple[str, str, int]]()
        self._slots: dict[str, list[int]] = {}
        self._seconds = defaultdict[str, float](float)
        self._samples = Counter[str]()
        self.open_requests = 0

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        self._requests[method, route, status] += 1
        self._seconds[route] += seconds
        slots = self._slots.setdefault(route, [0] * (len(_BOUNDS) + 1))
        slots[sum(seconds > bound for bound in _BOUNDS)] += 1

    def count_samples(self, answered: int, unreadable: int) -> None:
        """Count samples that were answered, and those that could not be read."""
        self._samples["answered"] += answered
        self._samples["unreadable"] += unreadable

    def text(self, model: str, waiting: int) -> str:
        """Return all figures."""
        return "\n".join([*self._lines(model, waiting), ""])

    def _lines(self, model: str, waiting: int) -> Iterator[str]:
        yield from _head("autodidact_model_info", "gauge", "The model that is served.")
        yield f'autodidact_model_info{{model="{_escaped(model)}"}} 1'
        yield from _head("http_requests_total", "counter", "Requests that were answered.")
        for (method, route, status), count in sorted(self._requests.items()):
            yield f'http_requests_total{{method="{method}",route="{route}",status="{status}"}} {count}'
        yield from self._durations()
        yield from _head("autodidact_samples_total", "counter", "Samples that came.")
        for outcome in ("answered", "unreadable"):
            yield f'autodidact_samples_total{{outcome="{outcome}"}} {self._samples[outcome]}'
        gauges: list[tuple[str, str, Callable[[], float]]] = [
            ("http_requests_open", "Requests that are being read or answered.", lambda: self.open_requests),
            ("autodidact_predictions_waiting", "Requests that wait for the processor or have it.", lambda: waiting),
            ("process_start_time_seconds", "When the server began, seconds since 1970.", lambda: self._start),
            ("process_resident_memory_bytes", "Memory of the server.", resident_bytes),
        ]
        for name, meaning, value in gauges:
            yield from _head(name, "gauge", meaning)
            yield f"{name} {value():.17g}"

    def _durations(self) -> Iterator[str]:
        name = "http_request_duration_seconds"
        yield from _head(name, "histogram", "Seconds from the head of a request to the end of its answer.")
        for route, slots in sorted(self._slots.items()):
            total = 0
            for bound, count in zip((*map(str, _BOUNDS), "+Inf"), slots, strict=True):
                total += count
                yield f'{name}_bucket{{route="{route}",le="{bound}"}} {total}'
            yield f'{name}_sum{{route="{route}"}} {self._seconds[route]:.6f}'
            yield f'{name}_count{{route="{route}"}} {total}'


def resident_bytes() -> int:
    """Return the memory that this process holds; 0 where the system does not tell it."""
    try:
        return int(_STATUS.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return 0


def _head(name: str, kind: str, meaning: str) -> tuple[str, str]:
    return f"# HELP {name} {meaning}", f"# TYPE {name} {kind}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
