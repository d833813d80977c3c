"""``autodidact studio``: open the window."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from studio.cli.commands.base import Command
from studio.cli.errors import CommandFailed
from studio.cli.options import existing


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("project", metavar="PROJECT", nargs="?", type=Path, help="a project folder to open")


def _run(options: Namespace) -> None:
    project: Path | None = options.project
    if project is not None:
        existing(project, "project")
    try:
        from studio.app import main
    except ImportError as error:
        raise CommandFailed(
            f"The window cannot be opened: {error}. Install the system's Qt libraries "
            "(Debian: libegl1 libxkbcommon0 libxcb-cursor0); the other commands work without them."
        ) from error
    code = main(project)
    if code:
        raise CommandFailed(f"The studio ended with code {code}.")


COMMAND = Command("studio", "open the window (also without any command)", _arguments, _run)
