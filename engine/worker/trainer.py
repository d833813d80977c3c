"""The trainer: a child of the worker in which learners run, so that a crash or an overrun costs a slice, not a run.

Commands on stdin, replies on stdout, one JSON object a line::

    {"do": "advance", "learner": "lightgbm", "seconds": 2.0, "left": 50.0, "frugality": 0}
                           -> {"reply": "slice", ...} or {"reply": "failed", ...}
    {"do": "interrupt"}    the running slice ends at its next look at the clock

It says ``{"reply": "ready", "device": "cpu"}`` once. When stdin closes, the worker is gone and so is the trainer.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import traceback
from pathlib import Path
from typing import Any, TextIO

from engine.budget import Deadline
from engine.errors import EngineError
from engine.run.folder import RunFolder
from engine.worker.bench import Bench

GONE = 3


def main(run_path: str) -> int:
    """Serve slices until stdin closes."""
    replies = _private_stdout()
    commands: queue.Queue[dict[str, Any]] = queue.Queue()
    interrupted = threading.Event()
    threading.Thread(target=_listen, args=(commands, interrupted), daemon=True).start()
    try:
        bench = Bench(RunFolder.open(Path(run_path)))
    except EngineError as error:
        _reply(replies, {"reply": "fatal", "message": str(error)})
        return 1
    _reply(replies, {"reply": "ready", "device": bench.device})
    while True:
        command = commands.get()
        deadline = Deadline(float(command["seconds"]), interrupted.is_set, left=float(command["left"]))
        _reply(replies, _slice(bench, str(command["learner"]), deadline, int(command["frugality"])))


def _private_stdout() -> TextIO:
    """Keep stdout for replies; whatever a library prints goes to stderr, the trainer's log."""
    private = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return private


def _listen(commands: queue.Queue[dict[str, Any]], interrupted: threading.Event) -> None:
    for line in sys.stdin:
        command = json.loads(line)
        if command["do"] == "interrupt":
            interrupted.set()
        else:
            interrupted.clear()
            commands.put(command)
    os._exit(GONE)  # not sys.exit: native code may hold the main thread for long


def _slice(bench: Bench, learner: str, deadline: Deadline, frugality: int) -> dict[str, Any]:
    try:
        report = bench.advance(learner, deadline, frugality)
    except Exception as error:  # the process edge: any failure of a learner is a failed slice
        traceback.print_exc()
        memory = isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError"
        reason = "memory" if memory else "error"
        return {"reply": "failed", "learner": learner, "reason": reason, "message": f"{type(error).__name__}: {error}"}
    return {
        "reply": "slice",
        "learner": learner,
        "seconds": report.seconds,
        "done": report.done,
        "version": report.version,
        "message": report.message,
        "share": report.share,
    }


def _reply(stream: TextIO, message: dict[str, Any]) -> None:
    stream.write(json.dumps(message) + "\n")
    stream.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
