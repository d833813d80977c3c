"""The window is painted before anything heavy is imported, and soon."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

_SCRIPT = """
import json, sys, time
from PySide6.QtCore import QEvent, QObject, QSettings
QSettings.setDefaultFormat(QSettings.Format.IniFormat)
QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, sys.argv[1])
from studio.app import open_window

class Watcher(QObject):
    painted = None
    def eventFilter(self, watched, event):
        if self.painted is None and event.type() == QEvent.Type.Paint:
            self.painted = time.process_time()
            heavy = ("torch", "polars", "pandas", "sklearn", "pyqtgraph", "numpy")
            self.modules = [name for name in heavy if name in sys.modules]
        return False

application, window = open_window()
watcher = Watcher()
window.rail.installEventFilter(watcher)
while watcher.painted is None:
    application.processEvents()
print(json.dumps({"seconds": watcher.painted, "modules": watcher.modules}))
window.close()
"""


def first_paint(folder: Path) -> dict[str, object]:
    """Start the studio in a process of its own; return what it computed until the first paint, and the heavy modules.

    The seconds are those of the processor: what other programs take meanwhile is not the studio's.
    """
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "AUTODIDACT_HOME": str(folder)}
    command = [sys.executable, "-c", _SCRIPT, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=150, env=environment, check=True)
    answer: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return answer


def test_nothing_heavy_is_imported_before_the_first_paint(tmp_path: Path) -> None:
    assert first_paint(tmp_path)["modules"] == []


def test_the_first_paint_takes_less_than_a_second_and_a_half_of_work(tmp_path: Path) -> None:
    assert any(float(str(first_paint(tmp_path)["seconds"])) < 1.5 for _ in range(3))
