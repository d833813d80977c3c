"""``autodidact import``: take data into a project."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli.commands.base import Command
from studio.cli.errors import CommandFailed, UsageError
from studio.cli.intake import KINDS, check_target, columns_options, is_project, told, understand_data
from studio.cli.options import existing
from studio.cli.reporters import say
from studio.wording import things

if TYPE_CHECKING:
    from labeling.batch import Problem
    from labeling.project import Added, Project
    from labeling.selection import Selection
    from labeling.understanding import Understanding


LABELS_FROM = {"annotations": "annotated", "list": "manifest", "folders": "folders", "nothing": "flat"}


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "data", metavar="DATA", type=Path, nargs="+", help="folders or files of pictures, sounds, texts, or tables"
    )
    parser.add_argument(
        "--project", metavar="DIR", type=Path, required=True, help="the project folder; made if it is not there"
    )
    columns_options(parser)
    parser.add_argument(
        "--labels-from",
        choices=sorted(LABELS_FROM),
        help="where the labels of files come from (default: what is there, in this order: annotations, list, folders)",
    )
    parser.add_argument(
        "--no-test-part", action="store_true", help="keep nothing apart for the test, even if the data does"
    )
    parser.add_argument(
        "--left-out", metavar="FILE", type=Path, help="write the list of what was left out or mended, as CSV"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="only say what would be taken in; nothing is made or changed"
    )


def _run(options: Namespace) -> None:
    for path in options.data:
        existing(path)
        if is_project(path):
            raise UsageError(f"{path} is a project already. Name the data to take in.")
    from labeling.selection import grouped

    selections = grouped(options.data)
    if options.dry_run:
        for selection in selections:
            _look(selection, options)
        return
    from labeling.project import Project

    folder: Path = options.project
    made = not is_project(folder)
    project = Project.create(folder) if made else Project.open(folder)
    problems: list[Problem] = []
    try:
        for selection in selections:
            problems += _take_in(project, selection, options)
        understanding = project.understanding()
        if understanding is not None:
            say(f"{folder} now holds {things(understanding.modality, project.count())}.")
    finally:
        empty = made and not project.count()
        project.close()
        if empty:
            _remove(folder)
        _save(problems, options.left_out)


def _look(selection: Selection, options: Namespace) -> None:
    from labeling.unpacked import release

    understanding = _understood(selection, options)
    for sentence in (understanding.text(), *told(understanding)):
        say(sentence)
    release(understanding.source)


def _take_in(project: Project, selection: Selection, options: Namespace) -> Sequence[Problem]:
    """Read and add one thing; where that fails, nothing that was unpacked for it stays."""
    from labeling.importing import read
    from labeling.unpacked import release

    found = _understood(selection, options)
    try:
        understanding = _as_before(project, found, options)
        check_target(understanding)
    except BaseException:
        release(found.source)
        raise
    added = None
    batch = read(understanding)
    try:
        added = project.add(understanding, batch)
    finally:
        if added is None or not added.new:
            release(understanding.source)  # which keeps what the project refers to
    for sentence in (understanding.text(), *told(understanding, batch), *added.told, *_known(understanding, added)):
        say(sentence)
    return batch.problems


def _as_before(project: Project, found: Understanding, options: Namespace) -> Understanding:
    """Use the columns of a further table as before, where nothing else was asked for than there is."""
    from labeling.tables.further import as_before

    there = project.understanding()
    target, kind = (found.target, found.kind) if there is None else (there.target, there.kind)
    another = options.target not in (None, target) or KINDS.get(options.kind) not in (None, kind)
    return found if another or options.keep_column or options.group else as_before(project, found)


def _understood(selection: Selection, options: Namespace) -> Understanding:
    from labeling.unpacked import release

    kind = KINDS.get(options.kind)
    first = None if options.labels_from else kind  # it is said of the labels that are meant
    found = understand_data(selection.path, options.target, options.keep_column, selection.chosen, options.group, first)
    wanted = f"{found.modality.value}_{LABELS_FROM[options.labels_from]}" if options.labels_from else found.format
    if options.no_test_part:
        found = replace(found, apart=False)
    if wanted == found.format:
        return found
    if wanted not in found.layouts:
        release(found.source)
        raise UsageError(f"{selection.path.name} has no labels from {options.labels_from}. Leave --labels-from out.")
    from labeling.importing import understand

    return understand(selection.path, chosen=selection.chosen, layout=wanted, kind=kind, apart=found.apart)


def _known(understanding: Understanding, added: Added) -> list[str]:
    if not added.known:
        return []
    verb = "was" if added.known == 1 else "were"
    labels = f" {added.labelled:,} of them had no label and got one." if added.labelled else ""
    said = f"{things(understanding.modality, added.known)} {verb} in the project already, and not taken twice."
    return [said + labels]


def _save(problems: Sequence[Problem], path: Path | None) -> None:
    from labeling.batch import save_problems

    if path is None:
        return
    try:
        save_problems(problems, path)
    except OSError as error:
        raise CommandFailed(
            f"The list of what was left out could not be written to {path}: {error.strerror}."
        ) from error
    say(f"What was left out or mended ({len(problems):,}) is listed in {path}.")


def _remove(folder: Path) -> None:
    """Remove a project that was made for nothing."""
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


COMMAND = Command("import", "take data into a project, which can be repeated", _arguments, _run)
