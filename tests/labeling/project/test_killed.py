from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from labeling.project import Project

LABELLER = """
import sys
from labeling.project import Project
project = Project.open(sys.argv[1])
for step in range(int(sys.argv[2]), 1_000_000):
    project.set_label([f"{step % 50}.png"], f"class {step}")
    print(step, flush=True)
"""
KILLS = 10
ROOT = Path(__file__).parents[3]


def label_until_killed(folder: Path, first: int, wait: float) -> int:
    """Let a real process label, kill it, and return the last step it said was done."""
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


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a POSIX signal")
def test_every_label_said_to_be_saved_is_there_after_a_kill(make_project: Callable[..., Project]) -> None:
    project = make_project([None] * 50)
    folder = project.path
    project.close()
    moments = random.Random(0)
    step = 0
    for _ in range(KILLS):
        done = label_until_killed(folder, step, moments.uniform(0, 0.15))
        check = sqlite3.connect(folder / "project.db")
        assert check.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        check.close()
        with Project.open(folder) as again:
            entries = again.history(1)
            newest = int(entries[0].name.removeprefix("Label “class ").removesuffix("”"))
            assert newest in (done, done + 1)
            for number in range(max(step, newest - 49), newest + 1):
                sample = again.sample(f"{number % 50}.png")
                assert sample is not None
                assert sample.label == f"class {number}"
        step = newest + 1
