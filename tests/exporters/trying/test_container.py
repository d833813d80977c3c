"""The container's folder tried whole, with a script in the place of docker that starts the real server."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.exporters.conftest import Made

DOCKER = """#!/bin/sh
echo "$1" >> {folder}/said
case "$1" in
  --version) echo "Docker version 28.2.2, build e6534b4" ;;
  version) echo 28.2.2 ;;
  run)
    for word; do case "$word" in PORT=*) export "$word" ;; esac; done
    {python} -m exporters.server {context}/model --tune-seconds 0 > {folder}/log 2>&1 &
    echo $! > {folder}/pid ;;
  logs) cat {folder}/log ;;
  inspect) echo true 0 ;;
  stop) kill "$(cat {folder}/pid)" ;;
esac
"""


@pytest.mark.slow
def test_it_is_built_started_asked_watched_and_stopped(
    folders: Made[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = tmp_path / "context"
    context.mkdir()
    (context / "model").symlink_to(folders["table"])
    program = tmp_path / "docker"
    program.write_text(DOCKER.format(folder=tmp_path, python=sys.executable, context=context))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    command = [sys.executable, "-m", "exporters.trying", "container", str(context)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as started:
        assert started.stdout is not None
        assert started.stdin is not None
        said = (json.loads(line) for line in started.stdout)
        ready = next(each for each in said if each["type"] != "progress")
        assert ready["type"] == "ready", ready
        assert "as the model did" in ready["sentence"]
        with urllib.request.urlopen(f"{ready['address']}/healthz", timeout=10) as reply:
            assert reply.status == 200
        assert '"event": "ready"' in next(said)["text"]
        started.stdin.close()
        assert started.wait(60) == 0
    calls = (tmp_path / "said").read_text().split()
    assert calls[:4] == ["--version", "version", "build", "run"]
    assert calls[-2:] == ["stop", "rm"]
