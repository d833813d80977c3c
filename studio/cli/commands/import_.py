"""``autodidact import``: take data into a project."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from studio.cli.commands.base import Command
from studio.cli.errors import UsageError
from studio.cli.intake import columns_options, is_project, told, understand_data
from studio.cli.options import existing
from studio.cli.reporters import say
from studio.wording import things


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("data", metavar="DATA", type=Path, help="a folder of pictures, sounds or texts, or a table")
    parser.add_argument(
        "--project", metavar="DIR", type=Path, required=True, help="the project folder; made if it is not there"
    )
    columns_options(parser)


def _run(options: Namespace) -> None:
    existing(options.data)
    if is_project(options.data):
        raise UsageError(f"{options.data} is a project already. Name the data to take in.")

    from labeling.importing import read
    from labeling.project import Project

    understanding = understand_data(options.data, options.target, options.keep_column)
    batch = read(understanding)
    folder: Path = options.project
    project = Project.open(folder) if is_project(folder) else Project.create(folder)
    try:
        project.add(understanding, batch)
        for sentence in (understanding.text(), *told(understanding, batch)):
            say(sentence)
        say(f"{folder} now holds {things(understanding.modality, project.count())}.")
    finally:
        project.close()


COMMAND = Command("import", "take data into a project, which can be repeated", _arguments, _run)
