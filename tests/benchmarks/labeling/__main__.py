"""``python -m tests.benchmarks.labeling [--only PART …]``: measure the labelling half against its bounds."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.labeling.parts import PARTS
from tests.benchmarks.ledger import Ledger
from tests.benchmarks.machine import record

LEDGER = Ledger("labeling", "Labelling, measured", "make bench-labeling")


def main() -> int:
    """Measure the parts asked for; 1 when a bound is not kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.labeling", description=main.__doc__)
    parser.add_argument("--only", nargs="+", choices=sorted(PARTS), default=list(PARTS), metavar="PART")
    parser.add_argument("--rehearse", action="store_true", help="only print the figures, do not keep them")
    options = parser.parse_args()
    kept = True
    for name in options.only:
        about = record()
        with tempfile.TemporaryDirectory(prefix=f"labeling-{name}-") as folder:
            figures = PARTS[name](Path(folder))
            if not options.rehearse:
                LEDGER.keep(name, figures, about, pictures=Path(folder))
        print(f"{name} (load before: {about['load_before']})")
        for figure in figures:
            print(figure.line(), flush=True)
        kept &= all(figure.kept for figure in figures)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
