"""Commands are heard, ended when asked, and never left behind."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from exporters.container.process import Cancelled, run


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def is_alive(process: int) -> bool:
    """Whether a process is there and no corpse that nobody has fetched."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_lines_are_heard_in_order_and_the_exit_code_is_told() -> None:
    heard: list[str] = []
    ended = run(python("import sys; print('one'); print('zwei', file=sys.stderr); sys.exit(3)"), 20, heard=heard.append)
    assert ended.code == 3
    assert sorted(heard) == ["one", "zwei"]
    assert sorted(ended.text.splitlines()) == ["one", "zwei"]


def test_the_last_lines_are_kept_and_odd_bytes_do_no_harm() -> None:
    ended = run(python("import os\nfor n in range(200): print(n, flush=True)\nos.write(1, b'\\xff end')"), 20)
    assert ended.lines[-1] == "\ufffd end"
    assert ended.lines[0] == "141"


def test_settings_are_added_to_the_environment() -> None:
    ended = run(python("import os; print(os.environ['MINE'], 'PATH' in os.environ)"), 20, {"MINE": "x"})
    assert ended.text == "x True"


def test_one_that_takes_too_long_is_ended() -> None:
    began = time.monotonic()
    assert run(python("import time; time.sleep(60)"), 0.5).code is None
    assert time.monotonic() - began < 20


def test_cancelling_ends_what_was_started_with_all_its_children() -> None:
    code = (
        "import subprocess, sys, time; p = subprocess.Popen(['sleep', '60']); print(p.pid, flush=True); time.sleep(60)"
    )
    cancel, heard = threading.Event(), list[str]()

    def listen(line: str) -> None:
        heard.append(line)
        cancel.set()

    with pytest.raises(Cancelled):
        run(python(code), 60, heard=listen, cancel=cancel)
    end = time.monotonic() + 10
    while is_alive(int(heard[0])) and time.monotonic() < end:
        time.sleep(0.02)
    assert not is_alive(int(heard[0]))


def test_one_that_does_not_want_to_end_is_ended_by_force(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exporters.container.process._GRACE_S", 0.3)
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    cancel = threading.Event()
    began = time.monotonic()
    with pytest.raises(Cancelled):
        run(python(code), 60, heard=lambda line: cancel.set(), cancel=cancel)
    assert time.monotonic() - began < 20


def test_one_that_closes_its_output_and_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exporters.container.process._GRACE_S", 0.3)
    began = time.monotonic()
    assert run(python("import os, time; os.close(1); os.close(2); time.sleep(60)"), 60).code is None
    assert time.monotonic() - began < 20


def test_a_child_that_keeps_the_output_open_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exporters.container.process._QUIET_S", 0.3)
    code = "import subprocess; p = subprocess.Popen(['sleep', '5']); print(p.pid, flush=True)"
    began = time.monotonic()
    ended = run(python(code), 60)
    assert ended.code == 0
    assert time.monotonic() - began < 4.5
    os.kill(int(ended.text), 9)


def test_a_program_that_is_not_there_is_an_error_of_the_system() -> None:
    with pytest.raises(FileNotFoundError):
        run(["/nowhere/docker"], 1)
