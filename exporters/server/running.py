"""Start the server in this process: open the package, share out the processor, listen until told to end."""

from __future__ import annotations

import signal
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType

import uvicorn

from exporters.server.app import make_app
from exporters.server.choosing import choose, sample_of
from exporters.server.connection import timed_protocol
from exporters.server.log import say, take_over_logging
from exporters.server.settings import Settings
from exporters.server.tuning import SECONDS
from exporters.standalone.halt import Halt, Halted
from exporters.standalone.package import Package, check_package

_BACKLOG = 1024
_WARM_S = 0.5


class CannotListen(Exception):
    """The address cannot be had; the message says why."""


@dataclass(frozen=True)
class Manner:
    """How the server starts and speaks.

    Attributes:
        tune_s: how long to measure what serves best where nothing was kept; 0 leaves it out.
        max_latency_ms: within which 95 of 100 answers should come.
        logs: whether every request gets a line on stdout.
        told: hears the address and the model's name once the server answers.
    """

    tune_s: float = SECONDS
    max_latency_ms: float | None = None
    logs: bool = True
    told: Callable[[str, str], None] | None = None


def serve(folder: Path, settings: Settings, manner: Manner | None = None) -> None:
    """Serve the package in ``folder`` until SIGTERM or SIGINT.

    Raises:
        NotAPackage: the folder holds none.
        CannotListen: the port is taken, or the address is not this machine's.
    """
    start = time.perf_counter()
    listening = _listen(settings)
    try:
        wanted = manner or Manner()
        take_over_logging(wanted.logs)
        manifest = check_package(folder)
        load = choose(folder, manifest, wanted.tune_s, wanted.max_latency_ms)
        package = _warm(Package(folder, manifest, load.threads))
        settings = replace(settings, port=listening.getsockname()[1], load=load)
        say("start", model=package.manifest["name"], seconds=round(time.perf_counter() - start, 3))
        _run(package, settings, listening, wanted)
    finally:
        listening.close()
    say("end")


def _warm(package: Package) -> Package:
    """Ask about the package's own sample, so that nobody waits for what is done once, or is answered by a broken graph.

    Raises:
        NotAPackage: the graph does not answer as it should.
    """
    sample, late = sample_of(package), Halt()
    timer = threading.Timer(_WARM_S, late.ask)
    timer.start()
    try:
        package.predict([] if sample is None else [sample], late)
    except Halted:  # a slow model: the server has to be there soon all the same
        pass
    finally:
        timer.cancel()
    return package


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # asyncio sends at once (TCP_NODELAY) only where the protocol is named; else each answer waits 40 ms for the sender
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((settings.host, settings.port))
    except (OSError, OverflowError) as error:
        listening.close()
        reason = error.strerror if isinstance(error, OSError) else "no such port"
        raise CannotListen(
            f"The server cannot listen on {settings.host} port {settings.port} ({reason}). "
            "Choose another port with --port."
        ) from error
    return listening


def _run(package: Package, settings: Settings, listening: socket.socket, manner: Manner) -> None:
    limits = settings.limits
    config = uvicorn.Config(
        make_app(package, settings),
        http=timed_protocol(limits),
        ws="none",
        loop="asyncio",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=_BACKLOG,
        timeout_keep_alive=max(1, int(limits.head_s)),
        timeout_graceful_shutdown=int(limits.drain_s),
    )
    server = _Server(config, lambda: _announce(package, settings, manner))
    with _quiet_signals():
        server.run(sockets=[listening])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._tell()


def _announce(package: Package, settings: Settings, manner: Manner) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"http://{host}:{settings.port}"
    say("ready", address=address)
    if manner.told is not None:
        manner.told(address, str(package.manifest["name"]))


class _quiet_signals:
    """Lets SIGTERM and SIGINT end the server with exit code 0: uvicorn drains, then raises what it caught again."""

    def __enter__(self) -> None:
        self._before = {kind: signal.signal(kind, _pass) for kind in (signal.SIGTERM, signal.SIGINT)}

    def __exit__(self, *_: object) -> None:
        for kind, handler in self._before.items():
            signal.signal(kind, handler)


def _pass(number: int, frame: FrameType | None) -> None:
    """Do nothing: the server has ended already."""
