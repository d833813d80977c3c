"""Programs in processes of their own: what they say is heard, and none outlives the window."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.share.child import Child

TALKER = """
import sys, time
print("a library's words")
print('["no object"]')
print('{"type": "one"}', end="", flush=True)
time.sleep(0.05)
print()
print('{"type": "two"}', flush=True)
"""
LISTENER = """
import sys
print('{"type": "up"}', flush=True)
sys.stdin.read()
print('{"type": "down"}', flush=True)
"""
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('{"type": "up"}', flush=True)
time.sleep(60)
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, code in (("talker", TALKER), ("listener", LISTENER), ("deaf", DEAF)):
        (tmp_path / f"{name}.py").write_text(code)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


def started(qtbot: QtBot, name: str, grace_ms: int = 3000) -> tuple[Child, list[str]]:
    child, heard = Child(grace_ms=grace_ms), list[str]()
    child.said.connect(lambda said: heard.append(said["type"]))
    child.start(name, [])
    child.start(name, [])
    assert child.running
    return child, heard


@pytest.mark.usefixtures("programs")
def test_lines_are_heard_whole_and_other_words_are_not(qtbot: QtBot) -> None:
    child, heard = started(qtbot, "talker")
    qtbot.waitUntil(lambda: not child.running)
    assert heard == ["one", "two"]
    assert not child.stopped


@pytest.mark.usefixtures("programs")
def test_a_program_is_asked_to_end(qtbot: QtBot) -> None:
    child, heard = started(qtbot, "listener")
    qtbot.waitUntil(lambda: heard == ["up"])
    child.stop()
    qtbot.waitUntil(lambda: not child.running)
    assert child.stopped


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize("way", ["stop", "close"])
def test_what_does_not_end_is_ended(qtbot: QtBot, way: str) -> None:
    child, heard = started(qtbot, "deaf", grace_ms=100)
    qtbot.waitUntil(lambda: heard == ["up"])
    ended = []
    child.ended.connect(lambda: ended.append(True))
    getattr(child, way)()
    qtbot.waitUntil(lambda: not child.running)
    assert bool(ended) is (way == "stop")
