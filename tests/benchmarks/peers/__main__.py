"""``python -m tests.benchmarks.peers``: install the other tools beside, then run them on the same data and seconds."""

from __future__ import annotations

import sys
from dataclasses import replace

from tests.benchmarks import options, session
from tests.benchmarks.cases import STUDIO
from tests.benchmarks.peers import contenders


def main() -> int:
    """Make the environments where they are missing, and measure every contender that has no result yet."""
    asked = options.read("Compare Autodidact Studio with other tools on the same data, seconds and machine.")
    contenders.prepare()
    return session.run(replace(asked, parts=tuple(part for part in asked.parts if part != STUDIO), peers=True))


if __name__ == "__main__":
    sys.exit(main())
