"""``autodidact export``: take a model away."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from studio.cli.commands.base import Command
from studio.cli.errors import UsageError
from studio.cli.options import existing
from studio.cli.reporters import say


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", type=Path, help="a run folder")
    parser.add_argument("--to", metavar="onnx", default="onnx", help="what to make (default: onnx)")
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="the folder to write into")


def _run(options: Namespace) -> None:
    existing(options.run, "run")

    from exporters.api import EXPORTERS, export

    if options.to not in EXPORTERS:
        raise UsageError(f"Models are exported as {' or '.join(EXPORTERS)}, but got {options.to!r}.")
    report = export(options.run, to=options.to, out=options.out)
    say(report.sentence())


COMMAND = Command("export", "write the model as one ONNX file, proven equal to it", _arguments, _run)
