"""What this machine gives the server: cores, memory, and a name by which measured settings are kept."""

from __future__ import annotations

import math
import os
import platform
from pathlib import Path

_V2 = Path("/sys/fs/cgroup/cpu.max")
_V1 = Path("/sys/fs/cgroup/cpu")
_IDLE, _PER_MODEL = 128_000_000, 3
_PER_CALL = 150_000_000  # pictures of a batch, or the words of many texts, on their way through a network
_PER_SOUND = 250_000_000  # a sound of 200 seconds as windows in float64
_MEMORY = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def cores() -> int:
    """Return the cores this process may use, a container's share included; at least 1."""
    try:
        own = len(os.sched_getaffinity(0))
    except AttributeError:  # not on this system
        own = os.cpu_count() or 1
    quota = _quota()
    return max(1, own if quota is None else min(own, math.ceil(quota)))


def memory() -> int | None:
    """Return the bytes this process may take, a container's limit included; None where the system does not tell."""
    try:
        own = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None
    limits = [own]
    for path in _MEMORY:
        try:
            limits.append(int(path.read_text()))
        except (OSError, ValueError):  # another version of control groups, or no limit
            continue
    return min(limits)


def idle_bytes(model_bytes: int) -> int:
    """Return the bytes that a server of a model of this size takes while it has little to do.

    ONNX Runtime holds the file while it reads it and packs the weights once more; the rest are Python and the server.
    """
    return _IDLE + _PER_MODEL * model_bytes


def calls(model_bytes: int, modality: str) -> int:
    """Return how many calls of a model may run at once here: one a core, while there is memory for each; at least 1."""
    all_of_it = memory()
    if all_of_it is None:
        return cores()
    each = _PER_SOUND if modality == "audio" else _PER_CALL
    return max(1, min(cores(), (all_of_it - idle_bytes(model_bytes)) // each))


def machine() -> str:
    """Return what measured settings depend on: the kind of processor and the cores."""
    return f"{platform.machine()} {_processor()} x{cores()}"


def _quota() -> float | None:
    """Return how many cores' time the container may use, None without such a limit."""
    try:
        words = _V2.read_text().split()
        if len(words) == 2:
            return None if words[0] == "max" else int(words[0]) / int(words[1])
    except (OSError, ValueError, ZeroDivisionError):
        pass
    try:
        quota = int((_V1 / "cpu.cfs_quota_us").read_text())
        period = int((_V1 / "cpu.cfs_period_us").read_text())
        return quota / period if quota > 0 and period > 0 else None
    except (OSError, ValueError):
        return None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor() or "processor"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or "processor"
