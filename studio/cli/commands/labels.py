"""``autodidact labels export``: take the labels of a project away in a format of another tool."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from studio.cli.commands.base import Command
from studio.cli.errors import UsageError
from studio.cli.intake import is_project
from studio.cli.options import existing
from studio.cli.reporters import say

FORMATS = (
    "audacity, autodl, coco, conll, create_ml, csv, custom_vision, fasttext, folders, jsonl, label_studio, labelme, "
    "voc, xlsx or yolo; jsonl holds everything"
)


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "what",
        metavar="export|formats",
        choices=("export", "formats"),
        help="write the labels, or list what can be held",
    )
    parser.add_argument("project", metavar="PROJECT", type=Path, nargs="?", help="the project folder")
    parser.add_argument("--to", metavar="FORMAT", help=FORMATS)
    parser.add_argument("--out", metavar="DIR", type=Path, help="the folder to write into")


def _run(options: Namespace) -> None:
    if options.what == "formats":
        from labeling.annotations.overview import overview

        say(overview().rstrip())
        return
    _check(options)

    from labeling.annotations.registry import WRITERS
    from labeling.exporting import annotations_of, fitted_to, write_labels
    from labeling.project import Project

    if options.to not in WRITERS:
        raise UsageError(f"Labels are written as {', '.join(sorted(WRITERS))}, but got {options.to!r}.")
    writer = WRITERS[options.to]
    with Project.open(options.project) as project:
        modality, annotations = annotations_of(project)
    held, sentences = fitted_to(writer, annotations, modality)
    for sentence in sentences:
        say(sentence)
    write_labels(held, writer, options.out)
    say(f"The labels are in {options.out}.")


def _check(options: Namespace) -> None:
    """Raise UsageError where something is missing that an export needs."""
    given = {"PROJECT": options.project, "--to FORMAT": options.to, "--out DIR": options.out}
    missing = [name for name, value in given.items() if value is None]
    if missing:
        raise UsageError(f"An export needs {' and '.join(missing)}. See autodidact labels --help.")
    existing(options.project, "project")
    if not is_project(options.project):
        raise UsageError(f"{options.project} is no project. Make one with: autodidact import DATA --project DIR.")


COMMAND = Command("labels", "write the labels of a project for other tools", _arguments, _run)
