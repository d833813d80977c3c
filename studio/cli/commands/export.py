"""``autodidact export``: take a model away."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from exporters.arguments import add_options, chosen_options
from exporters.errors import ExportError
from exporters.targets import TARGETS
from studio.cli.commands.base import Command
from studio.cli.errors import UsageError
from studio.cli.models import add_small
from studio.cli.options import existing
from studio.cli.reporters import say


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN|MODEL", type=Path, help="a run folder, or a model folder")
    parser.add_argument("--to", metavar="|".join(TARGETS), default="onnx", help="what to make (default: onnx)")
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="the folder to write into")
    add_small(parser)
    add_options(parser)


def _run(options: Namespace) -> None:
    existing(options.run, "run or model")
    if options.to not in TARGETS:
        raise UsageError(f"Models are exported as {' or '.join(TARGETS)}, but got {options.to!r}.")
    try:
        chosen = chosen_options(options, options.to)
    except ExportError as error:
        raise UsageError(str(error)) from error

    from exporters.api import export

    report = export(options.run, options.to, options.out, small=options.small, **chosen)
    for line in report.lines():
        say(line)


COMMAND = Command("export", "take the model away, proven equal to it", _arguments, _run)
