"""Stay with a run until it ends: pass its events on, and turn Ctrl-C into an orderly end."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

from studio.cli.errors import CommandFailed
from studio.cli.reporters import Reporter

if TYPE_CHECKING:
    from engine.run.folder import RunFolder
    from engine.run.tail import EventTail
    from engine.worker.handle import WorkerHandle

_POLL_S = 0.05
_GOODBYE_S = 20.0


def follow(run: RunFolder, handle: WorkerHandle, report: Reporter, tail: EventTail | None = None) -> None:
    """Report every event until the run ends, then its result.

    Raises:
        CommandFailed: no model was made, or the worker died.
    """
    from engine.run.tail import EventTail

    last_words, why, ended, compared, promising = "", "", False, False, False
    with _asking_first(handle, report), report:
        for event in _events(handle, tail or EventTail(run.events_path)):
            report.event(event)
            ended = event.type == "stopped"
            why = str(event.data["text"]) if event.data.get("resume") else ""  # unless a later sitting goes on
            if event.type == "evaluated":
                compared, promising = True, promising or bool(event.data.get("served"))
            if event.type == "failed" or (event.type == "message" and event.data.get("level") != "info"):
                last_words = str(event.data.get("message") or event.data.get("text") or "")
        handle.wait(_GOODBYE_S)
        handle.release()
    result = run.result()
    if result is None and not ended:
        raise CommandFailed(_cut_off(run, why))
    reason = result["stopped_because"] if result is not None else "failed"
    if reason == "discarded":
        raise CommandFailed("The run was discarded as asked, so no model was made.")
    if result is None or reason == "failed" or not _has_model(run):
        raise CommandFailed(last_words or f"No model could be made. What happened is in {run.events_path}")
    if result["t_first_s"] is None and (reason == "converged" or (compared and not promising)):
        raise CommandFailed(
            "Nothing that was learned answers better than always saying the same, so there is no model. "
            "Add samples, or columns that have to do with what is to be predicted."
        )
    if result["t_first_s"] is None:
        raise CommandFailed(
            "It ended before anything learned could be put to use. Train again with a larger --budget, or with fewer "
            "samples to --predict."
        )
    report.result(run, result)


def _events(handle: WorkerHandle, tail: EventTail) -> Iterator[Any]:
    """Yield events until ``stopped``, or until the worker is gone and its last event was read."""
    while True:
        alive = handle.alive()
        for event in tail.poll():
            yield event
            if event.type == "stopped":
                return
        if not alive:
            return
        time.sleep(_POLL_S)


@contextmanager
def _asking_first(handle: WorkerHandle, report: Reporter) -> Iterator[None]:
    """Make the first Ctrl-C (or a polite kill) finish the run with its best model, and the second discard it."""
    asked = 0

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked += 1
        handle.send("finish" if asked == 1 else "discard")
        if asked == 1:
            report.say("Finishing: the best model so far is kept. Press Ctrl-C again to discard the run.")
        else:
            report.say("Discarding the run.")

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    except BaseException:  # whatever ends this command early must not leave a run nobody watches
        handle.send("finish")
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _cut_off(run: RunFolder, why: str) -> str:
    from engine.worker.endings import MOVED
    from engine.worker.handle import attach

    if not run.is_there:
        return MOVED
    if (other := attach(run.path)) is not None:  # both were started at the same moment
        return f"Process number {other.pid} trains this run already. See how it goes: autodidact resume {run.path}"
    if why:
        return f"{why} The command: autodidact resume {run.path}"
    kept = "The best model so far is kept." if _has_model(run) else "There is no model yet."
    return f"Training stopped unexpectedly. {kept} Go on with: autodidact resume {run.path}"


def _has_model(run: RunFolder) -> bool:
    return (run.model_path / "model.json").is_file()
