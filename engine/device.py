"""Where to compute: the graphics card where there is one, the processor where not."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

from engine.errors import DeviceError


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
        raise DeviceError(
            "No supported graphics card was found, so nothing was started. Choose the device auto or cpu to train "
            "on the processor."
        )
    return "cpu"


def _driver_present() -> bool:
    if sys.platform == "win32":
        return (Path(os.environ.get("SYSTEMROOT", "C:\\Windows")) / "System32" / "nvcuda.dll").exists()
    return Path("/dev/nvidiactl").exists() or Path("/dev/nvidia0").exists() or Path("/dev/dxg").exists()


def _cuda_usable() -> bool:
    import torch

    return bool(torch.cuda.is_available())


def _apple_chip() -> bool:
    return sys.platform == "darwin" and platform.machine() == "arm64"


def _mps_usable() -> bool:
    import torch

    return bool(torch.backends.mps.is_available())


def threads() -> int:
    """Return how many processor threads this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)
