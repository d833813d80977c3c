"""``autodidact verify``: is an export still what it was?"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from studio.cli.commands.base import Command
from studio.cli.errors import CommandFailed
from studio.cli.options import existing
from studio.cli.reporters import say


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "export", metavar="DIR|ZIP|ONNX", type=Path, help="a bundle or its zip, a folder, or an ONNX file"
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--wheels", metavar="DIR", type=Path, help="try it in a fresh environment, installed from this folder of wheels"
    )
    where.add_argument(
        "--install", action="store_true", help="try it in a fresh environment, installed from pip's index"
    )


def _run(options: Namespace) -> None:
    existing(options.export)
    if options.wheels is not None:
        existing(options.wheels)

    from exporters.verify.verify import verify

    verdict = verify(options.export, options.wheels, options.install, say)
    *before, last = verdict.sentences
    for sentence in before:
        say(sentence)
    if not verdict.holds:
        raise CommandFailed(last)
    say(last)


COMMAND = Command("verify", "check that an export is intact and answers as the model did", _arguments, _run)
