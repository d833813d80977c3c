"""``python -m engine.worker RUN``: read a run folder and train until its budget ends."""

from __future__ import annotations

import sys
from pathlib import Path

from engine.errors import EngineError
from engine.run.folder import RunFolder
from engine.worker.loop import Worker


def main() -> int:
    """Train; exit code 0 when a model was made."""
    try:
        return Worker(RunFolder.open(Path(sys.argv[1]))).run_to_end()
    except EngineError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
