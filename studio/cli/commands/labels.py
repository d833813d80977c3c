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
    parser.add_argument("what", metavar="export", choices=("export",), help="write the labels")
    parser.add_argument("project", metavar="PROJECT", type=Path, help="the project folder")
    parser.add_argument("--to", metavar="FORMAT", required=True, help=FORMATS)
    parser.add_argument("--out", metavar="DIR", type=Path, required=True, help="the folder to write into")


def _run(options: Namespace) -> None:
    existing(options.project, "project")
    if not is_project(options.project):
        raise UsageError(f"{options.project} is no project. Make one with: autodidact import DATA --project DIR.")

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


COMMAND = Command("labels", "write the labels of a project for other tools", _arguments, _run)
