"""``python -m tests.benchmarks``: measure what has no result yet; each result is kept as soon as it is there."""

from __future__ import annotations

import sys

from tests.benchmarks import options, session


def main() -> int:
    """Measure what was asked for; 1 when something could not be measured."""
    return session.run(options.read("Measure Autodidact Studio against its stated numbers and other tools."))


if __name__ == "__main__":
    sys.exit(main())
