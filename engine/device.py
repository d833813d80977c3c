"""Where to compute: the graphics card where there is one, the processor where not."""

from __future__ import annotations

import math
import os
import platform
import sys
from pathlib import Path

from engine.errors import DeviceError
from engine.memory import TIGHT_BYTES, free_bytes, short_of_memory

DEVICES = ("auto", "cpu", "cuda", "mps")  # what may be asked for
_TOPOLOGY = Path("/sys/devices/system/cpu")
_CGROUP = Path("/sys/fs/cgroup/cpu.max")
_NO_CARD = (
    "No supported graphics card was found, so nothing was started. Choose the device auto or cpu to train on the "
    "processor."
)


def resolve(requested: str) -> str:
    """Return ``cuda``, ``mps`` or ``cpu`` for one of them or ``auto``, which takes the first of them that works.

    torch is imported only where such hardware is present, since it costs seconds.

    Raises:
        DeviceError: a device was asked for that is not there.
    """
    if requested == "cpu":
        return "cpu"
    if requested in ("auto", "cuda") and _driver_present() and _cuda_usable():
        return "cuda"
    if requested in ("auto", "mps") and _apple_chip() and _mps_usable():
        return "mps"
    if requested != "auto":
        raise DeviceError(_NO_CARD)
    return "cpu"


def demand(requested: str) -> None:
    """Make sure that a device is there, without computing on it: a process that did would hold the card from then on.

    Whether it computes is for :func:`resolve` to tell, in the process that is to use it.

    Raises:
        DeviceError: it is not there.
    """
    if requested == "cuda" and not (_driver_present() and _cuda_there()):
        raise DeviceError(_NO_CARD)
    if requested == "mps" and not (_apple_chip() and _mps_there()):
        raise DeviceError(_NO_CARD)


def told_at_once(requested: str) -> str | None:
    """Return what :func:`resolve` will, or None where only torch can tell."""
    if requested != "auto":
        return requested
    return None if _driver_present() or _apple_chip() else "cpu"


def _driver_present() -> bool:
    if sys.platform == "win32":
        return (Path(os.environ.get("SYSTEMROOT", "C:\\Windows")) / "System32" / "nvcuda.dll").exists()
    return Path("/dev/nvidiactl").exists() or Path("/dev/nvidia0").exists() or Path("/dev/dxg").exists()


def _cuda_there() -> bool:
    import torch

    return bool(torch.cuda.is_available())


def _cuda_usable() -> bool:
    return _cuda_there() and _computes("cuda")


def _apple_chip() -> bool:
    return sys.platform == "darwin" and platform.machine() == "arm64"


def _mps_there() -> bool:
    import torch

    return bool(torch.backends.mps.is_available())


def _mps_usable() -> bool:
    return _mps_there() and _computes("mps")


def _computes(device: str) -> bool:
    """Whether a tiny computation comes out right; a card too old for this build of torch is there, but does nothing.

    One that others have filled for the moment computes, too: learners that find no room there go on in smaller pieces.
    """
    import torch

    try:
        return float((torch.ones(2, device=device) + 1.0).sum()) == 4.0
    except (RuntimeError, AssertionError) as error:  # torch says so in both ways
        return short_of_memory(error)


def tight(device: str) -> bool:
    """Whether little memory is left where is computed; of a card what torch holds and does not use counts as free."""
    if device != "cuda":
        return free_bytes() < TIGHT_BYTES
    import torch

    free = torch.cuda.mem_get_info()[0] + torch.cuda.memory_reserved() - torch.cuda.memory_allocated()
    return min(free, free_bytes()) < TIGHT_BYTES


def threads() -> int:
    """Return how many processor threads to compute with: one a core, within what this process is allowed.

    Two threads of one core do not compute faster than one, they only wait for each other; but two are always worth
    having, so that reading and computing overlap. ``OMP_NUM_THREADS`` is respected where it is set.
    """
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))
    limits = [len(allowed), max(2, _cores(allowed)), _granted()]
    asked = os.environ.get("OMP_NUM_THREADS", "")
    if asked.isdecimal() and int(asked) > 0:
        limits.append(int(asked))
    return max(1, min(limits))


def thread_environment() -> dict[str, str]:
    """Return the environment of a process that computes; numeric libraries read it once, when they are imported.

    Threads that have nothing to do sleep instead of spinning. Spinning gains microseconds on an idle machine; with
    anything else to do, or on a virtual one whose processors are lent out meanwhile, small work then takes many times
    as long (300 rounds of LightGBM: 0.2 s of processor time instead of 8 to 20 s). What is set already stays.
    """
    wanted = {"OMP_NUM_THREADS": str(threads()), "OMP_WAIT_POLICY": "passive", "OPENBLAS_THREAD_TIMEOUT": "4"}
    return {**os.environ, **{name: os.environ.get(name, value) for name, value in wanted.items()}}


def _cores(processors: set[int]) -> int:
    """Return how many cores these processors are; all of them where that cannot be told."""
    try:
        return len({(_TOPOLOGY / f"cpu{n}" / "topology" / "thread_siblings_list").read_text() for n in processors})
    except OSError:
        import psutil

        return psutil.cpu_count(logical=False) or len(processors)


def _granted() -> int:
    """Return how many processors' time a container's limit (cgroup v2) grants, rounded up; very many without one."""
    try:
        quota, period = _CGROUP.read_text().split()
        return max(1, math.ceil(int(quota) / int(period)))
    except (OSError, ValueError):  # no such file, or "max 100000"
        return sys.maxsize
