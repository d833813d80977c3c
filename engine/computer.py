"""What a run was made with: the processor, the system and the versions of the libraries that computed."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

LIBRARIES = ("autodidact-studio", "numpy", "polars", "torch", "torchvision", "lightgbm", "scikit-learn", "pillow")
_PROCESSOR = Path("/proc/cpuinfo")


def described() -> dict[str, Any]:
    """Return processor, number of cores, memory in bytes, system, Python and the versions of what is installed."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_bytes": psutil.virtual_memory().total,
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "versions": {name: found for name in LIBRARIES if (found := _version(name)) is not None},
    }


def _processor() -> str:
    """Return the processor's name as its maker gives it, else the kind of processor it is."""
    try:
        lines = _PROCESSOR.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:  # not Linux
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def _version(library: str) -> str | None:
    try:
        return version(library)
    except PackageNotFoundError:
        return None
