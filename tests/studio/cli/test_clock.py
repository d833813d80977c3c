from __future__ import annotations

import os
import subprocess
import sys
import time

import psutil
import pytest

from studio.cli.clock import process_start


def test_process_start_agrees_with_psutil_to_its_whole_second() -> None:
    assert process_start() == pytest.approx(psutil.Process(os.getpid()).create_time(), abs=1.5)


def test_process_start_lies_before_the_interpreter_was_ready() -> None:
    before = time.time()
    code = "import time; t = time.time(); from studio.cli.clock import process_start; print(process_start(), t)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    started, ready = map(float, out.split())
    assert before - 0.05 <= started <= ready + 0.02
