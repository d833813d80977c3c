"""Two ways to the server in a container: a port of this computer, or from inside where it has no network at all."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from exporters.container import inside
from exporters.container.engines import Engine
from exporters.errors import ContainerFailed

_EXTRA_S = 15.0
_TYPES = {
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".text": "text/plain",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".wav": "audio/wav",
}


def content_type(name: str) -> str:
    """Return what the server is told that a file of this name holds."""
    return _TYPES.get(Path(name).suffix.lower(), "application/octet-stream")


@dataclass(frozen=True)
class Request:
    """What is sent to the server."""

    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout_s: float = 30.0


@dataclass(frozen=True)
class Reply:
    """What the server answered; the names of ``headers`` are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NoReply(Exception):
    """There was no whole answer."""


class Way(Protocol):
    """Takes a request to the server."""

    def send(self, request: Request) -> Reply:
        """Return the server's reply.

        Raises:
            NoReply: none came.
        """


@dataclass(frozen=True)
class PortWay:
    """Through a port of this computer's loopback address."""

    port: int

    def send(self, request: Request) -> Reply:
        """Return the server's reply."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=request.timeout_s)
        try:
            connection.request(request.method, request.path, request.body or None, dict(request.headers))
            reply = connection.getresponse()
            return Reply(reply.status, _lower(dict(reply.getheaders())), reply.read())
        except (OSError, http.client.HTTPException) as error:
            raise NoReply(str(error)) from error
        finally:
            connection.close()


@dataclass(frozen=True)
class InsideWay:
    """With the Python inside the container ``name``, for one that has no network."""

    engine: Engine
    name: str

    def send(self, request: Request) -> Reply:
        """Return the server's reply."""
        head = {
            "method": request.method,
            "path": request.path,
            "headers": dict(request.headers),
            "timeout_s": request.timeout_s,
        }
        client = Path(inside.__file__).read_text(encoding="utf-8")
        said = self._run(["python3", "-c", client], json.dumps(head).encode() + b"\n" + request.body, request.timeout_s)
        first, _, body = said.partition(b"\n")
        try:
            found = json.loads(first)
        except ValueError as error:
            raise NoReply(f"the container said {first[:200]!r}") from error
        return Reply(int(found["status"]), _lower(found["headers"]), body)

    def _run(self, words: list[str], given: bytes, timeout_s: float) -> bytes:
        command = [self.engine.program, "exec", "--interactive", self.name, *words]
        try:
            done = subprocess.run(
                command,
                input=given,
                capture_output=True,
                timeout=timeout_s + _EXTRA_S,
                env={**os.environ, **self.engine.environment},
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise NoReply("the container did not answer in time") from error
        except OSError as error:
            raise ContainerFailed(f"{self.engine.program} cannot be started ({error.strerror or error}).") from error
        if done.returncode:
            last = done.stderr.decode(errors="replace").strip().splitlines()
            raise NoReply(last[-1] if last else f"exit code {done.returncode}")
        return done.stdout


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
