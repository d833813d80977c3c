"""What can be asked of a benchmark, and where it runs."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.cases import BUDGETS, CASES, MODALITIES, STUDIO, Case
from tests.benchmarks.machine import ROOT

REPORTS = ROOT / "tests" / "benchmarks" / "reports"
RESULTS = REPORTS / "results.jsonl"
OUT = ROOT / "bench-output"
PARTS = (*(case.name for case in CASES), STUDIO)


@dataclass(frozen=True)
class Options:
    """What to measure. ``out`` keeps run folders, ``results`` the lines that reports are made of."""

    parts: tuple[str, ...]
    budgets: tuple[float, ...]
    seeds: tuple[int, ...]
    data: Path
    out: Path
    results: Path
    ours: bool
    peers: bool
    resume: bool
    any_commit: bool
    export: bool

    @property
    def cases(self) -> list[Case]:
        """The datasets asked for."""
        return [case for case in CASES if case.name in self.parts or case.modality in self.parts]


def read(description: str, words: Sequence[str] | None = None) -> Options:
    """Read the words of the command line."""
    parser = argparse.ArgumentParser(description=description)
    named = (*PARTS, *MODALITIES)
    parser.add_argument(
        "--only", nargs="+", choices=named, default=PARTS, metavar="PART", help=f"of {', '.join(named)}"
    )
    parser.add_argument("--budgets", nargs="+", type=float, default=[60.0, 300.0], metavar="S", help="default: 60 300")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0], metavar="N", help="medians are over these")
    who = parser.add_mutually_exclusive_group()
    who.add_argument("--no-peers", action="store_true", help="leave out the other tools")
    who.add_argument("--peers-only", action="store_true", help="run the other tools alone")
    parser.add_argument(
        "--resume", action=argparse.BooleanOptionalAction, default=True, help="leave out what has a result already"
    )
    parser.add_argument("--any-commit", action="store_true", help="also where our result is from other code")
    parser.add_argument("--export", action="store_true", help="export each of our models to ONNX and compare")
    parser.add_argument("--out", type=Path, default=OUT, metavar="DIR", help="for run folders")
    parser.add_argument("--results", type=Path, metavar="FILE", help=f"default: {RESULTS.relative_to(ROOT)}")
    found = with_data(parser, words)
    return Options(
        parts=tuple(found.only),
        budgets=tuple(found.budgets),
        seeds=tuple(found.seeds),
        data=found.data,
        out=found.out.resolve(),
        results=(found.results or _results(found.out, found.budgets)).resolve(),
        ours=not found.peers_only,
        peers=not found.no_peers,
        resume=found.resume,
        any_commit=found.any_commit,
        export=found.export,
    )


def with_data(parser: argparse.ArgumentParser, words: Sequence[str] | None) -> argparse.Namespace:
    """Read the words of a command line that may also name the folder of datasets, ``data``, which is there."""
    default = Path(os.environ.get("AUTODIDACT_DATA", ROOT.parent / "shared" / "data"))
    parser.add_argument("--data", type=Path, default=default, metavar="DIR", help="the folder of datasets")
    found = parser.parse_args(words)
    if not found.data.is_dir():
        parser.error(f"there is no folder of datasets at {found.data}: name it with --data or AUTODIDACT_DATA")
    found.data = found.data.resolve()
    return found


def _results(out: Path, budgets: Sequence[float]) -> Path:
    """Return where results go: a rehearsal with other budgets stays out of the published lines."""
    return RESULTS if set(budgets) <= set(BUDGETS) else out / "rehearsal.jsonl"
