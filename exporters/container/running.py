"""Run a container's image with all that can be taken from it taken away, ask it, and stop it."""

from __future__ import annotations

import secrets
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from exporters.container.engines import Engine, reason_for
from exporters.container.facts import GRACE_S, PIDS, SCRATCH_MB, Facts
from exporters.container.process import Cancelled
from exporters.container.requests import InsideWay, NoReply, PortWay, Reply, Request, Way
from exporters.errors import ContainerFailed

Network = Literal["loopback", "none"]

_POLL_S, _ALIVE_EVERY_S = 0.05, 1.0
_SYSTEMD = Path("/run/systemd/system")


@dataclass(frozen=True)
class Wish:
    """How a container is to run.

    ``network`` is ``loopback`` for a port of this computer alone, or ``none``: then requests are sent from inside.
    ``token`` is what clients must name.
    """

    network: Network = "loopback"
    port: int | None = None
    token: str | None = None


class Running:
    """A container that was started. Leaving its ``with`` block stops and removes it."""

    def __init__(self, engine: Engine, name: str, way: Way, wish: Wish) -> None:
        self.engine = engine
        self.name = name
        self.port = wish.port
        self._way = way
        self._token = wish.token

    @property
    def address(self) -> str | None:
        """Where a browser finds the server; None where the container has no network."""
        return None if self.port is None else f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def send(self, request: Request) -> Reply:
        """Send a request as it is and return the reply.

        Raises:
            NoReply: none came.
        """
        return self._way.send(request)

    def ask(self, content: bytes, content_type: str) -> Reply:
        """Ask for a prediction with this container's token.

        Raises:
            ContainerFailed: there was no answer.
        """
        headers = {"content-type": content_type}
        if self._token is not None:
            headers["authorization"] = f"Bearer {self._token}"
        try:
            return self.send(Request("POST", "/predict", content, headers))
        except NoReply as error:
            raise ContainerFailed(f"The container gave no answer ({error}). {self._last_words()}") from error

    def wait_until_healthy(self, limit_s: float = 60.0, cancel: threading.Event | None = None) -> float:
        """Wait for the server to be ready and return the seconds that took.

        Raises:
            Cancelled: ``cancel`` was set.
            ContainerFailed: it ended, or was not ready within ``limit_s``.
        """
        started = looked = time.monotonic()
        while not self._is_healthy():
            now = time.monotonic()
            if cancel is not None and cancel.is_set():
                raise Cancelled
            if now - looked > _ALIVE_EVERY_S:
                looked = now
                self._check_alive()
            if now - started > limit_s:
                raise ContainerFailed(f"The container was not ready after {limit_s:.0f} s. {self._last_words()}")
            time.sleep(_POLL_S)
        return time.monotonic() - started

    def _is_healthy(self) -> bool:
        try:
            return self.send(Request("GET", "/readyz", timeout_s=5.0)).status == 200
        except NoReply:
            return False

    def _check_alive(self) -> None:
        state = self.engine.call("inspect", "--format", "{{.State.Running}} {{.State.ExitCode}}", self.name)
        words = state.lines[-1].split() if state.lines else []
        if state.code or not words or words[0] != "true":
            code = f" with exit code {words[-1]}" if len(words) == 2 else ""
            raise ContainerFailed(f"The container ended by itself{code}. {self._last_words()}")

    def logs(self) -> str:
        """Return the last lines that the server logged."""
        return self.engine.call("logs", "--tail", "40", self.name).text

    def _last_words(self) -> str:
        last = " / ".join(line for line in self.logs().splitlines()[-6:] if line.strip())
        return f"It said: {last[-600:] or 'nothing'}"

    def stop(self) -> None:
        """Let it finish what it is doing, end it and remove it; nothing happens where it is gone already."""
        with suppress(ContainerFailed):
            self.engine.call("stop", "-t", str(GRACE_S), self.name, limit_s=GRACE_S + 30)
            self.engine.call("rm", "--force", self.name)


def start(engine: Engine, facts: Facts, wish: Wish, cancel: threading.Event | None = None) -> Running:
    """Start a container of the model's image without rights, with a root that cannot be written and limits.

    Raises:
        Cancelled: ``cancel`` was set.
        ContainerFailed: it cannot be started.
    """
    if wish.network == "loopback" and wish.port is None:
        wish = Wish("loopback", _free_port(), wish.token)
    name = f"{facts.name}-{secrets.token_hex(4)}"
    way: Way = InsideWay(engine, name) if wish.port is None else PortWay(wish.port)
    running = Running(engine, name, way, wish)
    environment = {} if wish.token is None else {"AUTODIDACT_TOKEN": wish.token}
    called = Engine(engine.kind, engine.program, engine.version, {**engine.environment, **environment})
    try:
        ended = called.call(
            "run",
            "--detach",
            "--pull",
            "never",
            "--name",
            name,
            *_flags(engine, facts, wish),
            facts.image,
            cancel=cancel,
        )
    except Cancelled:
        running.stop()
        raise
    if ended.code != 0:
        running.stop()
        raise ContainerFailed(f"{engine.kind} could not start the container. {reason_for(ended)}")
    return running


def _flags(engine: Engine, facts: Facts, wish: Wish) -> list[str]:
    flags = ["--network", "none"] if wish.port is None else ["--publish", f"127.0.0.1:{wish.port}:{wish.port}"]
    flags += [] if wish.port is None else ["--env", f"PORT={wish.port}"]
    flags += [] if wish.token is None else ["--env", "AUTODIDACT_TOKEN"]
    if engine.kind == "podman" and not _SYSTEMD.is_dir():
        flags.append("--no-healthcheck")  # podman leaves the checking to systemd and fails without it
    return [*flags, *hardening(facts)]


def hardening(facts: Facts) -> list[str]:
    """Return the flags of ``docker run`` that take from the container what it can do without."""
    return [
        "--read-only",
        "--tmpfs",
        f"/tmp:rw,noexec,nosuid,nodev,size={SCRATCH_MB}m",
        "--cap-drop",
        "ALL",
        "--security-opt",
        "no-new-privileges",
        "--pids-limit",
        str(PIDS),
        "--memory",
        f"{facts.most_mb}m",
    ]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
