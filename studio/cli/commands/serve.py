"""``autodidact serve``: answer over HTTP on this computer."""

from __future__ import annotations

import argparse
import os
from argparse import ArgumentParser, Namespace
from pathlib import Path

from studio.cli.commands.base import Command
from studio.cli.errors import CommandFailed, UsageError
from studio.cli.options import existing, milliseconds
from studio.cli.reporters import say

PORT = 8000


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"a port is a whole number up to 65535 (0: a free one), but got {text!r}")
    return int(text)


def _arguments(parser: ArgumentParser) -> None:
    help_text = "a run folder, a model folder, or the folder of an unpacked bundle"
    parser.add_argument("model", metavar="RUN|MODEL", type=Path, help=help_text)
    parser.add_argument("--port", metavar="N", type=_port, default=PORT, help=f"the port (default: {PORT})")
    token_help = "what requests must carry; AUTODIDACT_TOKEN and --token-file hide it from others on this computer"
    parser.add_argument("--token", metavar="T", help=token_help)
    parser.add_argument("--token-file", metavar="FILE", type=Path, help="a file with the token")
    latency_help = "choose settings with which 95 of 100 answers come in so many milliseconds"
    parser.add_argument("--max-latency", metavar="MS", type=milliseconds, help=latency_help)
    parser.add_argument("--log", action="store_true", help="print a JSON line for each request")


def _run(options: Namespace) -> None:
    existing(options.model, "run or model")

    from exporters.server.running import CannotListen, Manner, serve
    from exporters.server.settings import Settings
    from exporters.server.threads import end_under_work
    from exporters.server.token import BadToken, token_of
    from exporters.standalone.errors import NotAPackage
    from studio.cli.serving import package_of

    try:
        token = token_of(options.token or os.environ.get("AUTODIDACT_TOKEN"), options.token_file)
    except BadToken as error:
        raise UsageError(str(error)) from error
    settings = Settings(port=options.port, token=token)
    manner = Manner(max_latency_ms=options.max_latency, logs=options.log, told=_told)
    try:
        with package_of(options.model) as folder:
            serve(folder, settings, manner)
    except (NotAPackage, CannotListen) as error:
        raise CommandFailed(str(error)) from error
    end_under_work(0)


def _told(address: str, name: str) -> None:
    say(
        f"“{name}” answers at {address} until Ctrl-C. Open that in a browser to try it; programs use {address}/predict."
    )


COMMAND = Command("serve", "answer over HTTP on this computer", _arguments, _run)
