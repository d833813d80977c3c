"""When a command began: the budget of a run counts from there, start of the interpreter included."""

from __future__ import annotations

import os
import time
from pathlib import Path


def process_start() -> float:
    """Return when this process was started, in unix seconds.

    Linux says it to a hundredth of a second relative to boot; psutil's answer is used elsewhere, since on Linux it
    rests on a boot time in whole seconds.
    """
    stat = Path("/proc/self/stat")
    if not stat.exists():
        import psutil

        return float(psutil.Process().create_time())
    after_name = stat.read_text().rpartition(")")[2].split()
    since_boot = int(after_name[19]) / os.sysconf("SC_CLK_TCK")  # field 22 of proc(5): starttime
    age = time.clock_gettime(time.CLOCK_BOOTTIME) - since_boot
    return time.time() - max(0.0, age)
