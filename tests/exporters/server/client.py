"""A server in a process of its own, asked over real sockets."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
_STARTS_WITHIN_S = 30.0


@dataclass(frozen=True)
class Reply:
    """What the server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> str:
        """The sentence of a refusal, which is all it may hold beside the request's name."""
        said = self.json
        assert set(said) == {"error", "request"}
        sentence = said["error"]
        assert isinstance(sentence, str) and sentence.endswith(".")
        assert not any(word in sentence for word in ("Traceback", ".py", "/tmp", "/home", str(ROOT), "0x"))
        return sentence


class Server:
    """A running server; ``log`` is what it has said so far, a line each."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path, port: int, token: str | None) -> None:
        self.process = process
        self.port = port
        self.token = token
        self._log = log

    @property
    def log(self) -> list[dict[str, Any]]:
        lines = self._log.read_text().splitlines()
        return [json.loads(line) for line in lines]

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Reply:
        return self.ask("GET", path, None, headers)

    def post(self, path: str, body: Any, content_type: str = "", headers: Mapping[str, str] | None = None) -> Reply:
        words = {"Content-Type": content_type} if content_type else {}
        return self.ask("POST", path, body, {**words, **(headers or {})})

    def post_json(self, path: str, value: Any) -> Reply:
        return self.post(path, json.dumps(value).encode(), "application/json")

    def ask(self, method: str, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            own = {} if self.token is None else {"Authorization": f"Bearer {self.token}"}
            connection.request(method, path, body, {**own, **(headers or {})})
            reply = connection.getresponse()
            words = {name.lower(): value for name, value in reply.getheaders()}
            return Reply(reply.status, words, reply.read())
        finally:
            connection.close()

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)

    def send_raw(self, content: bytes) -> bytes:
        """Send bytes as they are and return all that comes back until the server closes."""
        with self.connect() as connection:
            connection.sendall(content)
            with contextlib.suppress(OSError):  # the server has closed already
                connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def is_well(self) -> bool:
        """Whether it still runs and answers."""
        return self.process.poll() is None and self.get("/healthz").status == 200

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)


@contextmanager
def serving(folder: Path, *options: str, token: str | None = None, **environment: str) -> Iterator[Server]:
    """Serve the package in ``folder`` on a free port."""
    with tempfile.TemporaryDirectory() as scratch:
        log = Path(scratch) / "log"
        known = {**os.environ, **environment, **({} if token is None else {"AUTODIDACT_TOKEN": token})}
        words = [sys.executable, "-m", "exporters.server", str(folder), "--port", "0", "--tune-seconds", "0", *options]
        with log.open("wb") as out:
            process = subprocess.Popen(words, stdout=out, stderr=subprocess.STDOUT, cwd=ROOT, env=known)
        try:
            yield Server(process, log, port_in(log, process), token)
        finally:
            process.kill()
            process.wait()


def port_in(log: Path, process: subprocess.Popen[bytes]) -> int:
    """Return the port that a server names in its log once it answers."""
    end = time.monotonic() + _STARTS_WITHIN_S
    while time.monotonic() < end and process.poll() is None:
        for line in log.read_text().splitlines():
            if '"ready"' in line:
                return int(json.loads(line)["address"].rpartition(":")[2])
        time.sleep(0.02)
    raise AssertionError(f"the server did not start: {log.read_text()}")


def form(*files: tuple[str, str, bytes], boundary: str = "xyz") -> tuple[bytes, str]:
    """A form of (field, file name, content) and its content type."""
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n\r\n'.encode()
        + content
        + b"\r\n"
        for field, name, content in files
    ]
    return b"".join(parts) + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"
