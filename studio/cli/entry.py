"""The edge of the command line: words in, an exit code and at most one line on stderr out."""

from __future__ import annotations

import argparse
import io
import os
import sys
import time
import traceback
from collections.abc import Sequence
from importlib.metadata import version
from typing import NoReturn

from typing_extensions import override

from engine.budget import awake
from engine.device import thread_environment
from studio.cli.clock import process_start
from studio.cli.commands import COMMANDS
from studio.cli.errors import UsageError
from studio.cli.reporters import printable

DONE, FAILED, BAD_USAGE, INTERRUPTED = 0, 1, 2, 130


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, where argparse prints its usage too."""

    @override
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message[:1].upper()}{message[1:].rstrip('.')}. See {self.prog} --help.")


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    parser = _Parser(
        prog="autodidact",
        description="Learn from images, sounds, texts or a table within a time budget. "
        "Without a command, the studio opens.",
        epilog="Exit code 0: done. 1: it did not succeed. 2: the command cannot be meant so. "
        "AUTODIDACT_DEBUG=1 shows where an error came from.",
    )
    parser.add_argument("--version", action="version", version=f"autodidact {version('autodidact-studio')}")
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND")
    for command in COMMANDS:
        words = commands.add_parser(command.name, help=command.summary, description=f"{command.summary}.".capitalize())
        command.arguments(words)
        words.set_defaults(carry_out=command.run)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; without ``argv``, the one this process was started with."""
    pressed_at = process_start() if argv is None else time.time()
    pressed = awake() - max(0.0, time.time() - pressed_at)  # the same moment by the clock that stands still in sleep
    words = list(sys.argv[1:] if argv is None else argv)
    if argv is None:
        os.environ.update(thread_environment())  # this process computes too: predict, evaluate, export
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # names of files may hold what the terminal cannot show
    try:
        options = build_parser().parse_args(words or ["studio"])
        if options.command is None:
            raise UsageError("Name a command. See autodidact --help.")
        options.pressed, options.pressed_at = pressed, pressed_at
        options.carry_out(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        _say("Stopped.")
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else the interpreter complains when it ends
        return FAILED
    except Exception as error:  # the edge of the process: one line for the person, whatever happened
        if os.environ.get("AUTODIDACT_DEBUG"):
            traceback.print_exc()
        _say(_sentence(error))
        return BAD_USAGE if isinstance(error, UsageError) else FAILED
    return DONE


def _sentence(error: Exception) -> str:
    if type(error).__module__.startswith(("engine.", "labeling.", "exporters.", "studio.")):
        return str(error)
    if isinstance(error, MemoryError):
        return "The computer ran out of memory. Close other programs, or use less data."
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename or 'a file'}."
    if isinstance(error, OSError):
        return f"A file could not be read or written: {error}."
    return (
        f"Something unexpected happened ({type(error).__name__}: {error}). "
        "Set AUTODIDACT_DEBUG=1 and repeat the command to see where."
    )


def _say(sentence: str) -> None:
    print(f"autodidact: {printable(' '.join(sentence.split()))}", file=sys.stderr)
