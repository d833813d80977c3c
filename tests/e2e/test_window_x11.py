"""The window under a real X server, where one can be started: what offscreen drawing cannot show."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

LOOK = """
import sys
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from studio.app import open_window
application, window = open_window()
assert QTest.qWaitForWindowExposed(window, 10000)
assert QGuiApplication.platformName() == "xcb", QGuiApplication.platformName()
QTest.qWait(300)
picture = application.primaryScreen().grabWindow(0).toImage()
colours = {picture.pixel(x, y) for x in range(0, picture.width(), 16) for y in range(0, picture.height(), 16)}
window.close()
print(len(colours))
"""


@pytest.fixture
def x_server() -> Iterator[str]:
    """The name of a display of our own."""
    if shutil.which("Xvfb") is None:
        pytest.skip("no Xvfb on this machine")
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1400x1000x24", "-nolisten", "tcp"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as answer:
        number = answer.readline().strip()
    if not number:
        server.wait(10)
        pytest.skip("Xvfb does not start on this machine")
    yield f":{number}"
    psutil.Process(server.pid).terminate()
    server.wait(10)


def test_the_window_is_drawn_on_a_real_screen(x_server: str, tmp_path: Path, command: list[str]) -> None:
    quiet = {"AUTODIDACT_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / "settings")}
    environment = {**os.environ, **quiet, "DISPLAY": x_server, "QT_QPA_PLATFORM": "xcb"}
    done = subprocess.run(
        [command[0], "-c", LOOK], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.splitlines()[-1]) > 10
