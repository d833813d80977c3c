"""``python -m tests.benchmarks.exports [--only PART …]``: measure exported models against their goals.

A part is a module of this folder with ``measure() -> list of (figure, goal, value)``.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.benchmarks.exports.figures import Figure, entered
from tests.benchmarks.ledger import Ledger
from tests.benchmarks.machine import record

LEDGER = Ledger("exports", "Exported models, measured", "make bench-export")

_NO_PARTS = ("__main__", "figures")


def parts() -> list[str]:
    """Return the names of all parts."""
    modules = (module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
    return sorted(name for name in modules if name not in _NO_PARTS and not name.startswith(("test_", "_")))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure the parts asked for; 1 when a goal is not reached."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.exports", description=main.__doc__)
    parser.add_argument("--only", nargs="+", choices=parts(), default=parts(), metavar="PART")
    parser.add_argument("--rehearse", action="store_true", help="only print the figures, do not keep them")
    options = parser.parse_args(arguments)
    reached = True
    for name in options.only:
        about = record()
        measure: Callable[[], list[Figure]] = importlib.import_module(f"tests.benchmarks.exports.{name}").measure
        figures = [entered(figure) for figure in measure()]
        print(f"{name} (load before: {about['load_before']})")
        for figure in figures:
            print(figure.line(), flush=True)
        reached &= all(figure.kept for figure in figures)
        if figures and not options.rehearse:
            LEDGER.keep(name, figures, about)
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main())
