from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from studio.cli.entry import main

ROOT = Path(__file__).resolve().parents[4]


def ask(port: int, token: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        connection.request("POST", "/predict", json.dumps({"columns": {"age": 31}}), headers)
        reply = connection.getresponse()
        return reply.status, json.loads(reply.read())
    finally:
        connection.close()


def test_a_model_answers_until_it_is_told_to_end(constant_model: Path) -> None:
    words = [sys.executable, "-m", "studio", "serve", str(constant_model), "--port", "0", "--token", "secret"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as process:
        assert process.stdout is not None
        try:
            assert "exported first" in process.stdout.readline()
            port = int(process.stdout.readline().split("http://127.0.0.1:")[1].split(" ")[0])
            assert ask(port, "wrong")[0] == 401
            answer = {"label": "yes", "probabilities": {"no": 0.25, "yes": 0.75}}
            assert ask(port, "secret") == (200, {"model": "model", "predictions": [answer]})
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=20) == 0
            assert process.stdout.read() == ""
        finally:
            process.kill()


@pytest.mark.parametrize("port", ["-1", "70000", "http"])
def test_a_port_that_is_none_is_bad_usage(constant_model: Path, port: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", str(constant_model), "--port", port]) == 2
    assert "port" in capsys.readouterr().err


def test_what_cannot_be_served_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", str(tmp_path / "absent")]) == 2
    assert main(["serve", str(tmp_path), "--token", "two words"]) == 2
    (tmp_path / "manifest.json").write_text("{}")
    (tmp_path / "model.onnx").write_text("")
    assert main(["serve", str(tmp_path), "--port", "0"]) == 1
    assert len(capsys.readouterr().err.splitlines()) == 3
