"""Both ways to a server, and what is told where there is none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from exporters.container import healthcheck, inside
from exporters.container.engines import Engine
from exporters.container.requests import InsideWay, NoReply, PortWay, Request
from exporters.errors import ContainerFailed


class _Echo(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer(200 if self.path == "/healthz" else 404, b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self._answer(201, self.headers["x-mine"].encode() + b"|" + body)

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("X-Answer", "yes")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def port() -> Iterator[int]:
    """The port of a server that sends back what it gets."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def engine(tmp_path: Path, port: int) -> Engine:
    """A program that runs ``exec`` on this machine instead of in a container."""
    program = tmp_path / "podman"
    program.write_text(f'#!/bin/sh\nshift 4\nexec "{sys.executable}" "$@"\n')
    program.chmod(0o755)
    return Engine("podman", str(program), "5", {"PORT": str(port)})


REQUEST = Request("POST", "/echo", b"\x00\n\xff{}", {"x-mine": "a"})


def test_a_port_and_the_inside_give_the_same_reply(port: int, engine: Engine) -> None:
    for way in (PortWay(port), InsideWay(engine, "name")):
        reply = way.send(REQUEST)
        assert (reply.status, reply.body, reply.headers["x-answer"]) == (201, b"a|\x00\n\xff{}", "yes")


def test_an_error_of_the_server_is_a_reply(port: int, engine: Engine) -> None:
    assert PortWay(port).send(Request("GET", "/absent")).status == 404
    assert InsideWay(engine, "name").send(Request("GET", "/absent")).status == 404


def test_where_nobody_listens_there_is_no_reply(engine: Engine) -> None:
    silent = Engine("podman", engine.program, "5", {"PORT": "9"})
    with pytest.raises(NoReply, match="refused"):
        PortWay(9).send(Request("GET", "/"))
    with pytest.raises(NoReply, match="refused"):
        InsideWay(silent, "name").send(Request("GET", "/"))


def test_words_in_the_place_of_a_reply_are_told(tmp_path: Path) -> None:
    program = tmp_path / "docker"
    program.write_text("#!/bin/sh\necho no such thing\n")
    program.chmod(0o755)
    with pytest.raises(NoReply, match="the container said b'no such thing'"):
        InsideWay(Engine("docker", str(program), "28"), "name").send(REQUEST)


def test_an_engine_that_hangs_or_is_gone_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exporters.container.requests._EXTRA_S", 0.0)
    program = tmp_path / "docker"
    program.write_text("#!/bin/sh\nexec sleep 20\n")
    program.chmod(0o755)
    with pytest.raises(NoReply, match="did not answer in time"):
        InsideWay(Engine("docker", str(program), "28"), "name").send(Request("GET", "/", timeout_s=0.3))
    with pytest.raises(ContainerFailed, match="cannot be started"):
        InsideWay(Engine("docker", str(tmp_path / "absent"), "28"), "name").send(REQUEST)


def test_the_health_check_is_its_exit_code(port: int) -> None:
    assert healthcheck.healthy(port)
    assert not healthcheck.healthy(9)
    for asked, code in ((port, 0), (9, 1)):
        done = subprocess.run(
            [sys.executable, healthcheck.__file__], env={**os.environ, "PORT": str(asked)}, check=False
        )
        assert done.returncode == code


@pytest.mark.parametrize("said", ["PORT", "AUTODIDACT_PORT"])
def test_both_find_the_server_at_the_port_it_was_told(port: int, said: str) -> None:
    other = {"PORT": "9"} if said == "AUTODIDACT_PORT" else {"AUTODIDACT_PORT": ""}
    environment = {**os.environ, **other, said: str(port)}
    assert subprocess.run([sys.executable, healthcheck.__file__], env=environment, check=False).returncode == 0
    head = json.dumps({"method": "GET", "path": "/healthz", "headers": {}, "timeout_s": 5}).encode() + b"\n"
    done = subprocess.run(
        [sys.executable, inside.__file__], input=head, capture_output=True, env=environment, check=True
    )
    assert json.loads(done.stdout.partition(b"\n")[0])["status"] == 200


def test_the_client_inside_says_the_head_on_a_line_of_its_own(port: int) -> None:
    head = {"method": "POST", "path": "/echo", "headers": {"x-mine": "b"}, "timeout_s": 5}
    done = subprocess.run(
        [sys.executable, inside.__file__],
        input=json.dumps(head).encode() + b"\nbody",
        capture_output=True,
        env={**os.environ, "PORT": str(port)},
        check=True,
    )
    first, _, body = done.stdout.partition(b"\n")
    assert json.loads(first)["status"] == 201
    assert body == b"b|body"
