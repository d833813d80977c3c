"""``python -m studio.demo``: the job of ``make demo``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

OUTPUT = Path("demo-output")


def has_display() -> bool:
    """Tell whether a window can be shown to somebody."""
    if os.environ.get("DEMO_OFFSCREEN"):
        return False
    if sys.platform.startswith("linux"):
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True


def main() -> int:
    """Open the studio on the sample project, or go through the job offscreen; return the exit code."""
    output = OUTPUT.resolve()
    output.mkdir(exist_ok=True)
    if has_display():  # the person's own projects go where they always do, not where the next demo deletes them
        from studio.app import main as open_studio
        from studio.demo.sample import sample_project

        return open_studio(sample_project(output / "window"))
    os.environ["AUTODIDACT_HOME"] = str(output / "projects")
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["XDG_CONFIG_HOME"] = str(output / "settings")  # leave the person's own settings alone
    from studio.demo.offscreen import run

    return run(output)


if __name__ == "__main__":
    sys.exit(main())
