"""Where and when a figure was measured, so that one measured under load is recognisable."""

from __future__ import annotations

import hashlib
import platform
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from engine.computer import graphics_cards
from engine.task import Modality
from tests.benchmarks.command import cores

ROOT = Path(__file__).resolve().parents[2]
_REPORTS = "tests/benchmarks/reports"  # which every measurement changes
PORTFOLIO = "resources/portfolio.json"
_MODALITIES = tuple(f"engine/modalities/{modality.value}" for modality in Modality)
_WINDOW = ("engine", "labeling", "studio")
_TRIES, _COUNT, _PRODUCTS = 60, 60_000, 3
ALIKE = 1.3  # machines on which the same work takes at most so many times as long


def record(modality: str | None = None) -> dict[str, Any]:
    """Return the machine's facts, the commit and the load as they are now; the engine's state for ``modality``."""
    return {
        "commit": _git("describe", "--always") + ("-dirty" if _changed(".", f":(exclude){_REPORTS}") else ""),
        "engine": engine(modality),
        "date": time.strftime("%Y-%m-%d %H:%M:%S"),
        "cpu": processor(),
        "cards": graphics_cards(),
        "cores": len(cores()),
        "cores_there": psutil.cpu_count() or 1,
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "python": platform.python_version(),
        "load_before": round(psutil.getloadavg()[0], 2),
        "reference_ms": reference_ms(),
    }


def reference_ms() -> float:
    """Return how long a fixed piece of work takes one core at best, in milliseconds.

    Rented machines of one name differ by a factor of two, with what else their host does.
    """
    left, best = np.ones((256, 256), dtype=np.float32), float("inf")
    for _ in range(_TRIES):
        began, total = time.perf_counter(), 0
        for number in range(_COUNT):
            total += number * number
        for _ in range(_PRODUCTS):
            left = left @ left * np.float32(1e-3)
        best = min(best, time.perf_counter() - began)
    return round(1000 * best, 2)


def alike(one: float, other: float) -> bool:
    """Tell whether machines with these :func:`reference_ms` are of about the same pace.

    >>> alike(3.0, 3.9), alike(4.0, 3.0)
    (True, False)
    """
    return max(one, other) <= ALIKE * min(one, other)


def engine(modality: str | None = None) -> str:
    """Return the state of what learns, code and portfolio, so that other commits do not make a measured run an old one.

    The folders of other modalities are left out where one is given: they know nothing of each other, so that what is
    mended for tables says nothing about a measured run on pictures.
    """
    others = [folder for folder in _MODALITIES if modality and folder != f"engine/modalities/{modality}"]
    return _state(("engine", PORTFOLIO), others)


def window() -> str:
    """Return the state of what the studio shows and does: its own code, what keeps labels, and what learns."""
    return _state((*_WINDOW, PORTFOLIO))


def _state(paths: Sequence[str], others: Sequence[str] = ()) -> str:
    """Return a mark of the files at some paths but for documents and the folders of ``others``."""
    listed = _git("ls-tree", "-r", "HEAD", "--", *paths).splitlines()
    files = [line for line in listed if not (line.endswith(".md") or any(f"\t{folder}/" in line for folder in others))]
    state = hashlib.sha256("\n".join(files).encode()).hexdigest()[:7] if files else ""
    left_out = (f":(exclude){path}" for path in (*others, "*.md"))
    return state + ("-dirty" if _changed(*paths, *left_out) else "")


def _changed(*paths: str) -> bool:
    return bool(_git("status", "--porcelain", "--", *paths))


def processor() -> str:
    """Return the processor's name."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def _git(*words: str) -> str:
    """Return what git says; nothing where there is no git, or no repository."""
    if shutil.which("git") is None:
        return ""
    found = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return found.stdout.strip()
