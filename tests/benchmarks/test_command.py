from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from tests.benchmarks.command import CommandError, measure, watch

GREEDY = "import time; x = bytearray(150_000_000); time.sleep(0.5)"
PARENT = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {GREEDY!r}]); print('done')"


def test_output_time_and_memory_of_the_whole_tree() -> None:
    found = measure([sys.executable, "-c", PARENT], 30)
    assert found.output == "done\n"
    assert 0.5 < found.wall_s < 30
    assert 150 < found.peak_mb < 400


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system cannot pin a process to cores")
def test_only_the_cores_it_may_use_count() -> None:
    code = (
        "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); "
        "from tests.benchmarks.command import cores, measure; print(len(cores()))"
    )
    assert measure([sys.executable, "-c", code], 30).output == "1\n"


def test_failure_comes_with_the_last_words() -> None:
    with pytest.raises(CommandError, match=r"ended with 3 .*out of luck"):
        measure([sys.executable, "-c", "print('out of luck'); raise SystemExit(3)"], 30)


def test_what_does_not_end_is_ended() -> None:
    with pytest.raises(CommandError, match="ended with -9"):
        measure([sys.executable, "-c", "import time; time.sleep(60)"], 0.3)


def test_what_other_programs_use_is_watched_until_asked() -> None:
    watched = watch()
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as other:  # not ours as long as it is not awaited
        time.sleep(1.0)
        load = watched()
        other.kill()
    assert load.others_cores > 0.1
    assert load.stolen_cores >= 0.0
