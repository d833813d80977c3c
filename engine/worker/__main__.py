"""``python -m engine.worker [RUN] [--give-way]``: read a run folder and train until its budget ends.

Without RUN it waits on stdin for ``{"run": "…"}``, having imported all it needs, and leaves when stdin ends first. What
it will be about may be told before: ``{"expect": "table"}``.
"""

from __future__ import annotations

import json
import os
import queue
import sys
from pathlib import Path
from typing import Any

from engine.errors import EngineError
from engine.run.folder import RunFolder
from engine.worker.handle import GIVE_WAY
from engine.worker.health import log_to
from engine.worker.niceness import give_way
from engine.worker.trainer_handle import TrainerHandle


def main() -> int:
    """Train; exit code 0 when a model was made, or when nothing was to be trained."""
    words = sys.argv[1:]
    if GIVE_WAY in words:
        give_way()
    inbox: queue.Queue[Any] = queue.Queue()
    trainer = TrainerHandle(inbox)
    from engine.worker.loop import Worker  # only now, so that the trainer's imports overlap with these

    named = [Path(word) for word in words if word != GIVE_WAY]
    path = named[0] if named else _wait_for_run(trainer)
    if path is None:
        trainer.kill()
        return 0
    try:
        if not named:
            log_to(path / "worker.log")  # takes what is complained of from here on
        return Worker(RunFolder.open(path), inbox, trainer).run_to_end()
    except EngineError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        reason = error.strerror or str(error)
        print(
            f"The run folder {path} cannot be written ({reason}), so nothing was trained. Check its drive and who may "
            "write there, then resume the run.",
            file=sys.stderr,
        )
    finally:
        trainer.kill()
    return 1


def _wait_for_run(trainer: TrainerHandle) -> Path | None:
    """Return the run to work on; None for none."""
    while line := sys.stdin.readline():
        message = json.loads(line)
        if "expect" in message:
            trainer.expect(message["expect"])
        if "run" in message:
            return Path(message["run"])
    return None


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # all is written; to take the libraries down in good order would cost time that is the person's
