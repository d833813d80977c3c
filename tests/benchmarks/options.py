"""What can be asked of a benchmark, and where it runs."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psutil

from tests.benchmarks.cases import CASES, STUDIO, Case

ROOT = Path(__file__).resolve().parents[2]
PARTS = (*(case.name for case in CASES), STUDIO)


@dataclass(frozen=True)
class Options:
    """What to measure. A ``budget_s`` other than None replaces that of each case: a rehearsal, no measurement."""

    parts: tuple[str, ...]
    seeds: tuple[int, ...]
    data: Path
    out: Path
    budget_s: float | None
    peers: bool

    @property
    def cases(self) -> list[Case]:
        """The datasets asked for."""
        return [case for case in CASES if case.name in self.parts]

    def budget(self, case: Case) -> float:
        """Return the seconds a case is given."""
        return case.budget_s if self.budget_s is None else self.budget_s


def read(description: str, words: Sequence[str] | None = None) -> Options:
    """Read the words of the command line."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument(
        "--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART", help=f"of {', '.join(PARTS)}"
    )
    parser.add_argument(
        "--seeds", nargs="+", type=int, default=[0], metavar="N", help="medians are over these (default: 0)"
    )
    parser.add_argument("--budget", type=float, metavar="SECONDS", help="rehearse with another budget")
    parser.add_argument(
        "--no-peers", action="store_true", help="leave out the other tools even where they are installed"
    )
    parser.add_argument("--out", type=Path, default=ROOT / "bench-output", metavar="DIR")
    default = Path(os.environ.get("AUTODIDACT_DATA", ROOT.parent / "shared" / "data"))
    parser.add_argument("--data", type=Path, default=default, metavar="DIR", help="the folder of datasets")
    found = parser.parse_args(words)
    if not found.data.is_dir():
        parser.error(f"there is no folder of datasets at {found.data}: name it with --data or AUTODIDACT_DATA")
    return Options(
        parts=tuple(found.only),
        seeds=tuple(found.seeds),
        data=found.data.resolve(),
        out=found.out.resolve(),
        budget_s=found.budget,
        peers=not found.no_peers,
    )


def about(options: Options) -> list[str]:
    """Return sentences on when, where and how this is measured."""
    memory = psutil.virtual_memory()
    load = psutil.getloadavg()[0]
    sentences = [
        f"{time.strftime('%Y-%m-%d %H:%M')}, {_processor()}, {psutil.cpu_count()} cores, {memory.total / 1e9:.0f} GB, "
        f"load {load:.1f} at the start; Python {platform.python_version()}, autodidact-studio "
        f"{version('autodidact-studio')} at {_commit()}.",
        f"Medians over seeds {', '.join(map(str, options.seeds))}. Scores are the outside scorer's, on the test part, "
        "whose labels no contender was shown; ALC is of NAUC with T = 1200 s, t0 = 60 s.",
    ]
    if options.budget_s is not None:
        sentences.append(f"**A rehearsal with {options.budget_s:g} s instead of the budgets below: no measurement.**")
    return sentences


def _processor() -> str:
    for line in (
        Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else ()
    ):
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _commit() -> str:
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or "no commit"
