"""Kill a real process while it labels, and see what of that is still there."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from labeling.project import Project

LABELLER = """
import sys
from labeling.project import Project
project = Project.open(sys.argv[1])
for step in range(int(sys.argv[2]), 1_000_000):
    project.set_label([f"{step % 50}.png"], f"class {step}")
    print(step, flush=True)
"""
SAMPLES = 50
LONGEST_S = 0.15
ROOT = Path(__file__).parents[3]


def lost_by_kills(folder: Path, kills: int, seed: int = 0) -> tuple[int, int]:
    """Kill so many processes, one after the other, that label the project of :data:`SAMPLES` samples in ``folder``.

    Returns:
        How many labels they said were saved, and how many of these were not there afterwards.
    """
    moments = random.Random(seed)
    saved = lost = step = 0
    for _ in range(kills):
        done = _label_until_killed(folder, step, moments.uniform(0, LONGEST_S))
        with sqlite3.connect(folder / "project.db") as check:
            (verdict,) = check.execute("PRAGMA integrity_check").fetchone()
        check.close()
        if verdict != "ok":
            return saved, saved
        newest, missing = _after(folder, step, done)
        saved += done + 1 - step
        lost += missing
        step = newest + 1
    return saved, lost


def _label_until_killed(folder: Path, first: int, wait: float) -> int:
    """Let a process label, kill it, and return the last step it said was done."""
    child = subprocess.Popen(
        [sys.executable, "-c", LABELLER, str(folder), str(first)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert child.stdout is not None
    with child.stdout as said:
        line = said.readline()
        time.sleep(wait)
        child.send_signal(signal.SIGKILL)
        lines = [line, *said]
    child.wait()
    return int([line for line in lines if line.endswith("\n")][-1])


def _after(folder: Path, first: int, done: int) -> tuple[int, int]:
    """Return the newest step that is there, and how many of those up to ``done`` are not."""
    with Project.open(folder) as project:
        newest = int(project.history(1)[0].name.removeprefix("Label “class ").removesuffix("”"))
        missing = max(0, done - newest)
        for number in range(max(first, newest - SAMPLES + 1), newest + 1):
            sample = project.sample(f"{number % SAMPLES}.png")
            missing += sample is None or sample.label != f"class {number}"
    return newest, missing
