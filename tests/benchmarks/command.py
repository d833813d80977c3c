"""Run a command as a person would, and measure it from outside: wall time, memory of all its processes, other load."""

from __future__ import annotations

import os
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_EVERY_S = 0.05
MEGABYTE = 1e6


class CommandError(Exception):
    """A command did not do what was asked; the message has its last words."""


@dataclass(frozen=True, kw_only=True)
class Load:
    """What else the machine did: how many cores other programs used, and how many the host gave to other machines."""

    others_cores: float
    stolen_cores: float


@dataclass(frozen=True, kw_only=True)
class Finished(Load):
    """What a command said and what it took, and what else the machine did meanwhile.

    ``started`` is unix time, ``peak_mb`` the most resident memory at once, ``killed`` whether it was ended for taking
    too long.
    """

    output: str
    started: float
    wall_s: float
    peak_mb: float
    code: int
    killed: bool


def watch() -> Callable[[], Load]:
    """Watch what else the machine does, from now on until what is returned is called."""
    began, busy, own, stolen = time.monotonic(), _busy(), _own(), _stolen()

    def watched() -> Load:
        wall, others = time.monotonic() - began, (_busy() - busy) - (_own() - own)
        return Load(others_cores=max(0.0, others) / wall, stolen_cores=(_stolen() - stolen) / wall)

    return watched


def measure(
    words: Sequence[str | Path],
    limit_s: float,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    forgive: bool = False,
) -> Finished:
    """Run a command to its end, or kill it after ``limit_s``.

    Memory shared by several processes is counted in each of them, so ``peak_mb`` is an upper bound.

    Raises:
        CommandError: it failed or was killed, unless that is forgiven.
    """
    watched = watch()
    killed, peak = False, 0.0
    with tempfile.TemporaryFile("w+") as output:
        started, clock = time.time(), time.monotonic()
        process = subprocess.Popen(
            [str(word) for word in words], stdout=output, stderr=subprocess.STDOUT, cwd=cwd, env=env
        )
        while process.poll() is None:
            peak = max(peak, _resident(process.pid))
            if time.monotonic() - clock > limit_s:
                killed = True
                end_tree(process.pid)
            time.sleep(_EVERY_S)
        wall = time.monotonic() - clock
        output.seek(0)
        said = output.read()
    load = watched()
    if (process.returncode != 0 or killed) and not forgive:
        raise CommandError(f"{words[0]} ended with {process.returncode} after {wall:.0f} s: {said[-600:]}")
    return Finished(
        output=said,
        started=started,
        wall_s=wall,
        peak_mb=peak,
        code=process.returncode,
        killed=killed,
        others_cores=load.others_cores,
        stolen_cores=load.stolen_cores,
    )


def _busy() -> float:
    """Return the processor seconds that all programs together have used on the cores this process may use."""
    mine = cores()
    each = [times for core, times in enumerate(psutil.cpu_times(percpu=True)) if core in mine]
    return float(sum(times.user + times.system + getattr(times, "nice", 0.0) for times in each))


def _stolen() -> float:
    """Return the processor seconds in which the cores had work to do and their host did something else."""
    mine = cores()
    each = [times for core, times in enumerate(psutil.cpu_times(percpu=True)) if core in mine]
    return float(sum(getattr(times, "steal", 0.0) for times in each))


def cores() -> set[int]:
    """Return the numbers of the cores this process and those below it may use."""
    if hasattr(os, "sched_getaffinity"):
        return os.sched_getaffinity(0)
    return set(range(psutil.cpu_count() or 1))


def _own() -> float:
    """Return the processor seconds of this process and of all it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def _resident(pid: int) -> float:
    """Return the resident memory of a process and all below it, in MB."""
    total = 0
    for process in tree(pid):
        try:
            total += process.memory_info().rss
        except psutil.Error:
            continue  # it ended between being listed and being asked
    return total / MEGABYTE


def tree(pid: int) -> list[psutil.Process]:
    """Return a process and all below it; nothing when it is gone."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def end_tree(pid: int) -> None:
    """Kill a process and all below it."""
    for process in tree(pid):
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
