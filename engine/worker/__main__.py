"""``python -m engine.worker RUN [--give-way]``: read a run folder and train until its budget ends."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil

from engine.errors import EngineError
from engine.run.folder import RunFolder
from engine.worker.handle import GIVE_WAY
from engine.worker.loop import Worker

NICENESS = 5


def main() -> int:
    """Train; exit code 0 when a model was made."""
    if GIVE_WAY in sys.argv[2:]:
        _give_way()
    try:
        return Worker(RunFolder.open(Path(sys.argv[1]))).run_to_end()
    except EngineError as error:
        print(error, file=sys.stderr)
        return 1


def _give_way() -> None:
    """Let the window, and all else a person does meanwhile, have the processor first; the trainer inherits this."""
    own = psutil.Process()
    if sys.platform == "win32":
        own.nice(psutil.BELOW_NORMAL_PRIORITY_CLASS)
    else:
        own.nice(max(own.nice(), NICENESS))


if __name__ == "__main__":
    sys.exit(main())
