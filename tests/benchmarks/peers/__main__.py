"""``python -m tests.benchmarks.peers``: install the other tools beside, then run all interleaved on the same data."""

from __future__ import annotations

import sys
from dataclasses import replace

from tests.benchmarks import options, session
from tests.benchmarks.cases import PEER_CASE
from tests.benchmarks.peers import contenders


def main() -> int:
    """Make the environments where they are missing, and compare."""
    asked = options.read("Compare Autodidact Studio with other tools on the same data, seconds and machine.")
    contenders.prepare()
    return session.run(replace(asked, parts=(PEER_CASE,), peers=True))


if __name__ == "__main__":
    sys.exit(main())
