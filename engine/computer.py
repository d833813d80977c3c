"""What a run was made with: processor, graphics cards, system and the versions of the libraries that computed."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

LIBRARIES = ("autodidact-studio", "numpy", "polars", "torch", "torchvision", "lightgbm", "scikit-learn", "pillow")
FOR_CARDS = ("nvidia-cuda-runtime", "nvidia-cudnn-cu13")  # what torch brings along for them on Linux
_PROCESSOR = Path("/proc/cpuinfo")
_CARDS = Path("/proc/driver/nvidia/gpus")


def described() -> dict[str, Any]:
    """Return processor, number of cores, memory in bytes, graphics cards, system, Python and versions of libraries."""
    cards = graphics_cards()
    libraries = (*LIBRARIES, *FOR_CARDS) if cards else LIBRARIES
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_bytes": psutil.virtual_memory().total,
        "cards": cards,
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "versions": {name: found for name in libraries if (found := _version(name)) is not None},
    }


def graphics_cards() -> list[str]:
    """Return the names of NVIDIA's graphics cards that this process may see, as their driver for Linux gives them.

    It is read from files: neither torch is imported, nor a card asked, which may not answer any more.
    """
    found: list[str] = []
    for path in sorted(_CARDS.glob("*/information")):
        try:
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
        found += [line.partition(":")[2].strip() for line in lines if line.startswith("Model")]
    return found


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
