"""Why a sitting ends before its run does, in sentences for the person. What was learned stays in each case."""

from __future__ import annotations

from pathlib import Path

from engine.disk import short_of_room
from engine.memory import short_of_memory
from engine.run.folder import is_run

ASKED_TO = "Training was stopped by the system; resume it."
NO_ROOM = "There is no room left on the disk, so training stopped. What was learned is kept. Make room, then resume it."
NO_CARD = (
    "The graphics card does not answer, so training stopped. Restart the computer, or train on the processor (on the "
    "command line: --device cpu)."
)
CARD_GONE = (
    "The graphics card does not answer any more, so training stopped. What was learned is kept: resume it to go on "
    "with the processor, or restart the computer first."
)
NO_MEMORY = (
    "There is too little memory, so training stopped. What was learned is kept. Close other programs, then resume it."
)
NO_START = (
    "The part that learns does not start, so training stopped; why is in the run's trainer.log or worker.log. What was "
    "learned is kept: put that right, then resume it."
)
MOVED = (
    "The folder of this training is not where it was, so training stopped. What was learned is kept in it: resume it "
    "where it is now."
)
_UNKNOWN = "Training could not go on; why is in the run's worker.log. What was learned is kept: resume it."


def why_cut_off(error: Exception, run_path: Path) -> str:
    """Return what to tell of an error that ended a sitting."""
    if not is_run(run_path):
        return MOVED
    if short_of_room(error, run_path):
        return NO_ROOM
    return NO_MEMORY if short_of_memory(error) else _UNKNOWN
