"""The trainer: a child of the worker in which learners run, so that a crash or an overrun costs a slice, not a run.

Commands on stdin, replies on stdout, one JSON object a line::

    {"do": "expect", "modality": "table"}
                           what its first learner needs is imported meanwhile
    {"do": "open", "run": "…", "device": null}
                           -> {"reply": "ready", "device": "cpu"} or {"reply": "fatal", ...}: null is the plan's device
    {"do": "advance", "learner": "lightgbm", "seconds": 2.0, "left": 50.0, "frugality": 0}
                           -> {"reply": "slice", ...} or {"reply": "failed", ...}
    {"do": "answer", "learner": "lightgbm", "seconds": 2.0, "left": 50.0, "frugality": 0}
                           -> {"reply": "answered", "through": true, ...}: the newest candidate's answers are on disk
    {"do": "answer_test", "learner": "lightgbm", …}
                           the same, with no answers to the samples to predict, for which there is no time
    {"do": "measure", "learner": "lightgbm", …}
                           -> {"reply": "measured", ...}: how quick its newest candidate is is on disk
    {"do": "interrupt"}    the running job ends at its next look at the clock

Its log, stderr and once a run is open its ``trainer.log``, has a line for each job. When stdin closes, the worker is
gone and so is the trainer.
"""

from __future__ import annotations

import contextlib
import gc
import json
import logging
import os
import queue
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from engine.budget import Deadline
from engine.disk import short_of_room
from engine.errors import EngineError
from engine.learners import learner_class
from engine.memory import short_of_memory
from engine.modalities import FIRST_KINDS
from engine.run.folder import RunFolder
from engine.task import Modality
from engine.worker.bench import Bench
from engine.worker.health import give_back, log_to
from engine.worker.roster import DISK_FULL, OUT_OF_MEMORY

GONE = 3


def main() -> int:
    """Serve slices until stdin closes; what learners note of their work goes to stderr, the trainer's log."""
    logging.basicConfig(format="%(asctime)s %(name)s: %(message)s")
    logging.getLogger("engine").setLevel(logging.INFO)
    replies = _private_stdout()
    commands: queue.Queue[dict[str, Any]] = queue.Queue()
    interrupted = threading.Event()
    threading.Thread(target=_listen, args=(commands, interrupted), daemon=True).start()
    try:
        bench = _opened(commands)
    except EngineError as error:
        _reply(replies, {"reply": "fatal", "message": str(error)})
        return 1
    _reply(replies, {"reply": "ready", "device": bench.device})
    while True:
        command = commands.get()
        deadline = Deadline(float(command["seconds"]), interrupted.is_set, left=float(command["left"]))
        _reply(replies, _carried_out(bench, command, deadline))
        if command["do"] == "advance":
            give_back()


def _opened(commands: queue.Queue[dict[str, Any]]) -> Bench:
    """Wait for the run and open it, prepared for the data that is expected."""
    while (command := commands.get())["do"] == "expect":
        learner_class(FIRST_KINDS[Modality(command["modality"])]).warm_up()
    run_path = Path(command["run"])
    if run_path.is_dir():
        log_to(run_path / "trainer.log")
    return Bench(RunFolder.open(run_path), command.get("device"))


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


def _carried_out(bench: Bench, command: dict[str, Any], deadline: Deadline) -> dict[str, Any]:
    """Do a job and return the reply to it."""
    learner, frugality = str(command["learner"]), int(command["frugality"])
    try:
        reply = _JOBS[command["do"]](bench, learner, deadline, frugality)
    except Exception as error:  # the process edge: any failure of a learner is a failed slice
        with contextlib.suppress(OSError):  # a full disk has no room for the log either
            traceback.print_exc()
        reason, message = _reason(error, bench.run.path), f"{type(error).__name__}: {error}"
    else:
        with contextlib.suppress(OSError):
            print(f"{learner}: {command['do']}, {deadline.elapsed:.2f} s", *_aside(reply), file=sys.stderr)
        return {"learner": learner, "seconds": deadline.elapsed, **reply}
    gc.collect()  # once the error is gone: a network and its parts refer to each other, and the next try needs the room
    give_back()
    return {"reply": "failed", "learner": learner, "reason": reason, "message": message}


def _reason(error: Exception, run_path: Path) -> str:
    if short_of_memory(error):
        return OUT_OF_MEMORY
    return DISK_FULL if short_of_room(error, run_path) else "error"


def _aside(reply: dict[str, Any]) -> list[str]:
    said = [f"of them {reply['aside_s']:.2f} s beside learning"] if "aside_s" in reply else []
    if reply.get("stepped_s"):
        said.append(f"and {reply['prepared_s']:.2f} of {reply['stepped_s']:.2f} s of steps to make samples ready")
    return said


def _slice(bench: Bench, learner: str, deadline: Deadline, frugality: int) -> dict[str, Any]:
    return {"reply": "slice", **asdict(bench.advance(learner, deadline, frugality))}


def _answer(bench: Bench, learner: str, deadline: Deadline, frugality: int) -> dict[str, Any]:
    return _answered(bench, learner, bench.answer(learner, deadline, frugality))


def _answer_test(bench: Bench, learner: str, deadline: Deadline, frugality: int) -> dict[str, Any]:
    return _answered(bench, learner, bench.answer(learner, deadline, frugality, leave_out=("predict",)))


def _answered(bench: Bench, learner: str, through: bool) -> dict[str, Any]:
    return {"reply": "answered", "through": through, "share": bench.answered(learner)}


def _measure(bench: Bench, learner: str, deadline: Deadline, frugality: int) -> dict[str, Any]:
    bench.measure(learner)
    return {"reply": "measured"}


_JOBS: dict[str, Callable[[Bench, str, Deadline, int], dict[str, Any]]] = {
    "advance": _slice,
    "answer": _answer,
    "answer_test": _answer_test,
    "measure": _measure,
}


def _reply(stream: TextIO, message: dict[str, Any]) -> None:
    stream.write(json.dumps(message) + "\n")
    stream.flush()


if __name__ == "__main__":
    sys.exit(main())
