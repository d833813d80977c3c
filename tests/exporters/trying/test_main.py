"""Exports are tried by a process that says how it goes, and ends with whoever started it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from exporters.container.exporter import DockerExporter
from exporters.trying.__main__ import main
from tests.exporters.conftest import Made
from tests.exporters.models import TABLE, linear, model_of, source_of

LIMIT_S = 60


@contextmanager
def process(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "exporters.trying", *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as started:
        yield started
        started.kill()


def line(started: subprocess.Popen[bytes]) -> dict[str, Any]:
    assert started.stdout is not None
    said: dict[str, Any] = json.loads(started.stdout.readline())
    return said


@pytest.mark.slow
def test_a_server_ends_when_it_is_told_to(folders: Made[Path]) -> None:
    with process("serve", str(folders["table"])) as started:
        said = line(started)
        assert said["type"] == "ready"
        with urllib.request.urlopen(f"{said['address']}/healthz", timeout=10) as reply:
            assert reply.status == 200
        started.send_signal(signal.SIGTERM)
        assert started.wait(LIMIT_S) == 0


@pytest.mark.slow
def test_why_nothing_can_be_tried_is_a_sentence(tmp_path: Path) -> None:
    with process("serve", str(tmp_path)) as started:
        said = line(started)
        assert said["type"] == "error"
        assert said["message"].endswith(".")
        assert started.wait(LIMIT_S) == 1


@pytest.mark.slow
def test_a_container_is_verified_with_the_files_around_its_model(tmp_path: Path) -> None:
    context = tmp_path / "context"
    source = source_of(model_of(TABLE, linear(TABLE)), "rows")
    DockerExporter().export(source, context, lambda share, text: None)
    (context / "app" / "healthcheck.py").write_text("print('hello')")
    with process("verify", str(context)) as started:
        while (said := line(started))["type"] == "progress":
            pass
        assert said["type"] == "verdict"
        assert any("are not those of this version" in sentence for sentence in said["sentences"])


def test_engines_that_are_not_there_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["engines"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["names"] == []
    assert said["problems"] == [
        "Neither docker nor podman is installed. With one of them the container can be tried from here."
    ]
