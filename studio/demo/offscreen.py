"""Goes through the whole job at the real window, without a display, and says what was done and measured."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path

from studio.demo.job import Job
from studio.demo.person import GaveUp

BUDGET_S = 60
SIZE = (1240, 820)
_HARMLESS = "This plugin does not support"  # what drawing offscreen cannot do and nobody misses


def run(output: Path, budget_s: float | None = None) -> int:
    """Do the job with its screenshots in ``output``; return the exit code.

    ``DEMO_BUDGET`` shortens or lengthens the training, in seconds.
    """
    for old in output.glob("*.png"):
        old.unlink()
    for place in ("projects", "exported", "settings"):
        shutil.rmtree(output / place, ignore_errors=True)
    from PySide6.QtCore import qInstallMessageHandler

    from studio.app import open_window

    qInstallMessageHandler(_pass_on)
    begin = time.perf_counter()
    application, window = open_window()
    window.resize(*SIZE)
    job = Job(window, output, budget_s or float(os.environ.get("DEMO_BUDGET", BUDGET_S)))
    try:
        for line in job.lines(begin):
            print(line, flush=True)
    except GaveUp as error:
        job.person.look("gave-up")
        print(f"demo: {error} The last screenshot is {job.person.pictures[-1]}.", file=sys.stderr)
        return 1
    finally:
        job.leave()
        application.processEvents()
    return 0


def _pass_on(_kind: object, _where: object, words: str | None) -> None:
    if words and not words.startswith(_HARMLESS):
        print(words, file=sys.stderr)
