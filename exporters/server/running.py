"""Start the server in this process: open the package, share out the processor, listen until told to end."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType

import uvicorn

from exporters.server.app import make_app
from exporters.server.connection import timed_protocol
from exporters.server.log import say, take_over_logging
from exporters.server.machine import cores
from exporters.server.settings import Load, Settings
from exporters.server.tuning import SECONDS, keep, kept, search
from exporters.standalone.package import Item, Package, Unreadable
from exporters.standalone.replay import EXPECTED, SAMPLE, read_sample

Told = Callable[[str], None]

_BACKLOG = 1024


class CannotListen(Exception):
    """The address cannot be had; the message says why."""


@dataclass(frozen=True)
class Tune:
    """How the search is bounded; 0 ``seconds`` leave it out."""

    seconds: float = SECONDS
    max_latency_ms: float | None = None


def serve(folder: Path, settings: Settings, tune: Tune | None = None, told: Told | None = None) -> None:
    """Serve the package in ``folder`` until SIGTERM or SIGINT; ``told`` hears the address once it answers.

    Raises:
        NotAPackage: the folder holds none.
        CannotListen: the port is taken, or the address is not this machine's.
    """
    start = time.perf_counter()
    listening = _listen(settings)
    try:
        take_over_logging()
        package = Package.open(folder, threads=1)
        package, settings = _tuned(folder, package, settings, tune or Tune())
        settings = replace(settings, port=listening.getsockname()[1])
        say("start", model=package.manifest["name"], seconds=round(time.perf_counter() - start, 3))
        _run(package, settings, listening, told)
    finally:
        listening.close()
    say("end")


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
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


def _tuned(folder: Path, package: Package, settings: Settings, tune: Tune) -> tuple[Package, Settings]:
    """Return the package opened as it serves best here, and the settings that say so."""
    model = str(package.manifest["files"]["model.onnx"]["sha256"])
    load = kept(folder, model, tune.max_latency_ms)
    if load is not None:
        say("tuning", kept=True, workers=load.workers, threads=load.threads, batch=load.batch)
    elif tune.seconds > 0 and (item := _sample(package)) is not None:
        load = _search(package, item, tune, model)
    else:
        load = Load(cores(), 1, 1)
    if load.threads != 1:
        package = Package(folder, package.manifest, load.threads)
    return package, replace(settings, load=load)


def _sample(package: Package) -> Item | None:
    """Return the sample that goes along with the package; None where it has none."""
    names = [
        name for name in package.manifest["files"] if name.startswith(f"{SAMPLE}/") and Path(name).name != EXPECTED
    ]
    try:
        return read_sample(package, (package.folder / names[0]).read_bytes())
    except (IndexError, OSError, Unreadable):
        return None


def _search(package: Package, item: Item, tune: Tune, model: str) -> Load:
    def opened(threads: int) -> Package:
        return package if threads == 1 else Package(package.folder, package.manifest, threads)

    found = search(lambda threads: opened(threads).predict, item, tune.seconds, tune.max_latency_ms)
    keep(package.folder, found, model)
    say(
        "tuning",
        chosen=found.chosen.sentence(),
        target_ms=tune.max_latency_ms,
        target_met=found.kept,
        tried=[trial.sentence() for trial in found.tried],
        seconds=found.seconds,
    )
    return found.chosen.load


def _run(package: Package, settings: Settings, listening: socket.socket, told: Told | None) -> None:
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
        timeout_keep_alive=int(limits.head_s),
        timeout_graceful_shutdown=int(limits.drain_s),
    )
    server = _Server(config, lambda: _announce(settings, told))
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


def _announce(settings: Settings, told: Told | None) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"http://{host}:{settings.port}"
    say("ready", address=address)
    if told is not None:
        told(address)


class _quiet_signals:
    """Lets SIGTERM and SIGINT end the server with exit code 0: uvicorn drains, then raises what it caught again."""

    def __enter__(self) -> None:
        self._before = {kind: signal.signal(kind, _pass) for kind in (signal.SIGTERM, signal.SIGINT)}

    def __exit__(self, *_: object) -> None:
        for kind, handler in self._before.items():
            signal.signal(kind, handler)


def _pass(number: int, frame: FrameType | None) -> None:
    """Do nothing: the server has ended already."""
