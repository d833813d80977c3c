"""``python -m tests.benchmarks.kinds [--only NAME …]``: several classes and numbers where no real set has them.

Ours is trained as on the real datasets, through the command line, and the first thing one would try with scikit-learn
stands beside it; the outside scorer judges both.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.cases import FIRST_S, OVERRUN_PERCENT
from tests.benchmarks.kinds import plain
from tests.benchmarks.kinds.made import MADE, Made
from tests.benchmarks.ledger import Figure, Ledger
from tests.benchmarks.machine import record
from tests.benchmarks.options import with_data
from tests.benchmarks.results import Outcome
from tests.benchmarks.scoring import score_file
from tests.benchmarks.training import train, truth

LEDGER = Ledger("kinds", "Several classes and numbers on every kind of data", "make bench-kinds")


def main(words: Sequence[str] | None = None) -> int:
    """Measure the sets asked for; 1 when a bound is not kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.kinds", description=main.__doc__)
    parser.add_argument("--only", nargs="+", choices=sorted(MADE), default=list(MADE), metavar="NAME")
    parser.add_argument("--budget", type=float, default=60.0, metavar="S")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2], metavar="N")
    parser.add_argument("--rehearse", action="store_true", help="only print the figures, do not keep them")
    asked = with_data(parser, words)
    kept = True
    for name in asked.only:
        about = record(MADE[name].case.modality)
        with tempfile.TemporaryDirectory(prefix=f"kinds-{name}-") as folder:
            figures = measure(MADE[name], asked.data, Path(folder), asked.budget, asked.seeds)
        if not asked.rehearse:
            LEDGER.keep(name, figures, about)
        print(f"{name} (load before: {about['load_before']})")
        for figure in figures:
            print(figure.line(), flush=True)
        kept &= all(figure.kept for figure in figures)
    return 0 if kept else 1


def measure(made: Made, data: Path, folder: Path, budget_s: float, seeds: Sequence[int]) -> list[Figure]:
    """Make a set in the empty ``folder``, train on it once a seed, and return medians beside the plain way's score."""
    made.write(data, folder)
    case, answers = made.case, folder / "plain.csv"
    plain.answer(case, folder, answers)
    theirs = score_file(answers, truth(case, folder)).metrics[case.metric]
    runs = [train(case, seed, folder, folder / f"run-{seed}", budget_s) for seed in seeds]
    metric = {"r2": "R²", "nauc": "NAUC"}[case.metric]
    return [
        Figure(
            f"{made.about}: {metric} after {budget_s:g} s, median of seeds", _median(runs, case.metric), least=theirs
        ),
        Figure(f"the least of {len(runs)} seeds", min(run.figures[case.metric] for run in runs)),
        Figure(f"{plain.words(case)}: {metric}", theirs),
        Figure("ALC, the median", _median(runs, "alc")),
        Figure("first answers, the median", _median(runs, "first_s"), "s", most=FIRST_S[case.modality]),
        Figure("over the budget, the most", max(run.figures["overrun_percent"] for run in runs), "%", OVERRUN_PERCENT),
    ]


def _median(runs: Sequence[Outcome], name: str) -> float:
    return statistics.median(run.figures[name] for run in runs)


if __name__ == "__main__":
    sys.exit(main())
