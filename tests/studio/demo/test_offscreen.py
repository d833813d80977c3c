"""The whole job at the real window, driven offscreen as ``make demo`` does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

# As ``python -m studio.demo``, but for the looks: nobody sees these screenshots, so nothing has to be there to be seen.
HASTY = """
import runpy
from studio.demo import person
person._GLANCE_MS = 50
runpy.run_module("studio.demo", run_name="__main__")
"""


def test_the_whole_job_at_the_window_without_a_display(tmp_path: Path) -> None:
    environment = {**os.environ, "DEMO_OFFSCREEN": "1", "DEMO_BUDGET": "6"}
    done = subprocess.run(
        [sys.executable, "-c", HASTY],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    steps = [line.partition(":")[0] for line in done.stdout.splitlines()]
    assert steps == ["Window", "Data", "Label", "Train", "Results", "Try it", "Share", "Screenshots"]
    output = tmp_path / "demo-output"
    assert len(list(output.glob("*.png"))) >= 9
    assert len(list((output / "exported").glob("*.onnx"))) == 1
