"""Serve a model package: ``python -m exporters.server FOLDER``.

Every option can be given as an environment variable too (``--max-latency`` is ``AUTODIDACT_MAX_LATENCY``), the port
also as ``PORT``. The token comes from a file or from ``AUTODIDACT_TOKEN``, since arguments are seen by everybody on the
machine. Exit code 0 after SIGTERM or SIGINT, 1 when the server could not start, 2 for bad usage.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from exporters.server.running import CannotListen, Manner, serve
from exporters.server.settings import Limits, Settings
from exporters.server.threads import end_under_work
from exporters.server.token import BadToken, token_of
from exporters.server.tuning import SECONDS
from exporters.standalone.package import NotAPackage

PREFIX = "AUTODIDACT_"
_HELP = "Serve a model package over HTTP. Every option can be an environment variable too, like AUTODIDACT_PORT."


def main(arguments: Sequence[str] | None = None, environment: Mapping[str, str] | None = None) -> int:
    """Serve until told to end, and return the exit code."""
    known = os.environ if environment is None else environment
    wanted = _parser(known).parse_args(arguments)
    usual = Limits()
    limits = Limits(
        body=int(wanted.max_body * 1_000_000),
        pixels=int(wanted.max_pixels * 1_000_000),
        all_bodies=max(usual.all_bodies, int(wanted.max_body * 2_000_000)),
        waiting=wanted.max_waiting,
        connections=wanted.max_connections,
        answer_s=wanted.timeout,
        head_s=wanted.read_timeout,
        pause_s=wanted.read_timeout,
        body_s=3 * wanted.read_timeout,
        drain_s=wanted.drain,
    )
    try:
        token = token_of(known.get(f"{PREFIX}TOKEN"), wanted.token_file)
        settings = Settings(host=wanted.host, port=wanted.port, token=token, limits=limits)
        serve(wanted.folder, settings, Manner(wanted.tune_seconds, wanted.max_latency))
    except (NotAPackage, CannotListen, BadToken) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _parser(known: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m exporters.server", description=_HELP)
    parser.add_argument("folder", type=Path, help="the package: model.onnx, manifest.json, sample/")
    limits = Limits()

    def add(name: str, kind: type, usual: object, meaning: str) -> None:
        given = known.get(PREFIX + name.removeprefix("--").replace("-", "_").upper()) or usual
        parser.add_argument(name, type=kind, default=given, help=f"{meaning} (usually {usual})" if usual else meaning)

    add("--host", str, "127.0.0.1", "the address to listen on; 0.0.0.0 for all")
    add("--port", int, known.get("PORT") or "8000", "the port to listen on")
    add("--token-file", Path, None, "a file with the token that requests must carry")
    add("--max-latency", float, None, "milliseconds within which 95 of 100 answers should come, if that can be")
    add("--tune-seconds", float, str(SECONDS), "how long to measure at the start what serves best; 0 leaves it out")
    add("--max-body", float, f"{limits.body / 1e6:g}", "the largest request in MB")
    add("--max-pixels", float, f"{limits.pixels / 1e6:g}", "the largest picture, in millions of pixels")
    add("--max-waiting", int, str(limits.waiting), "how many requests may wait for the processor")
    add("--max-connections", int, str(limits.connections), "how many connections may be open")
    add("--read-timeout", float, f"{limits.head_s:g}", "seconds for the head of a request, and for each pause in it")
    add("--timeout", float, f"{limits.answer_s:g}", "seconds after which an answer is given up")
    add("--drain", float, f"{limits.drain_s:g}", "seconds that running requests get to end once the server is told to")
    return parser


def _main() -> None:
    """Serve and end the process, also under work that does not end: things are not taken down that it still uses."""
    code = main()
    end_under_work(code)
    sys.exit(code)


if __name__ == "__main__":
    _main()
