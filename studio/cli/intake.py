"""What ``train`` and ``import`` share: data from outside, or a project, as one table of samples."""

from __future__ import annotations

import shlex
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.task import ColumnType, Kind
from studio.cli.errors import CommandFailed, UsageError
from studio.cli.options import existing
from studio.wording import listing

if TYPE_CHECKING:
    import polars as pl

    from labeling.batch import Batch, Problem
    from labeling.provenance import Origin
    from labeling.understanding import Understanding

MOST_TOLD = 8
LOOK_SHARE, LOOK_LEAST_S = 0.03, 1.5  # of the budget: how long pictures are compared by their looks
KINDS = {"class": Kind.MULTICLASS, "several": Kind.MULTILABEL, "number": Kind.REGRESSION}  # the words of --as


@dataclass(frozen=True)
class Intake:
    """Samples and what they are. ``run_path`` and ``cache`` are where a project keeps its runs and features.

    ``origins`` say where the samples come from.
    """

    frame: pl.DataFrame
    understanding: Understanding
    problems: tuple[str, ...]
    run_path: Path | None = None
    cache: Path | None = None
    origins: tuple[Origin, ...] = ()


def is_project(path: Path) -> bool:
    """Tell whether a folder is a project."""
    return (path / "project.db").is_file()


def columns_options(parser: ArgumentParser) -> None:
    """Declare what the person may say of a table's columns: ``target``, ``kind``, ``keep_column`` and ``group``."""
    parser.add_argument("--target", metavar="COL", help="the column to guess (default: the one that looks like it)")
    parser.add_argument(
        "--as",
        dest="kind",
        choices=tuple(KINDS),
        help="what that column holds: a class in each cell, several classes joined by ;, or a number (default: what it "
        "looks like)",
    )
    parser.add_argument(
        "--keep-column",
        metavar="COL",
        action="append",
        default=[],
        help="learn from this column although it looks as if it numbered the rows or gave the answer away; repeatable",
    )
    parser.add_argument(
        "--group",
        metavar="COL",
        help="keep rows with the same value in this column, of one patient say, on the same side of every check; it is "
        "not learned from",
    )


def take_in(
    path: Path,
    target: str | None,
    understood: Callable[[Understanding], None],
    budget_s: float,
    kept: Sequence[str] = (),
    group: str | None = None,
    kind: Kind | None = None,
) -> Intake:
    """Read data or a project; ``understood`` hears what it is before the reading starts.

    Pictures are searched for near-copies for a small part of the budget only, since its clock runs. ``kept`` are
    columns of a table to learn from in any case, ``group`` is the one whose rows of one value stay together, ``kind``
    says what the target holds.

    Raises:
        UsageError: nothing is there, or ``target``, ``kept``, ``group`` or ``kind`` do not fit.
        CommandFailed: the column that is named as the target cannot be predicted, and no other was asked for.
        LabelingError: it cannot be learned from.
    """
    existing(path)
    if is_project(path):
        if kept or group:
            when = "Say --keep-column and --group when its table is taken in."
            raise UsageError(f"A project has its columns already. {when}")
        return _from_project(path, target, kind, understood)
    from labeling.importing import read
    from labeling.unpacked import keep

    understanding = understand_data(path, target, kept, group=group, kind=kind)
    check_target(understanding)
    understood(understanding)
    batch = read(understanding, look_seconds=max(LOOK_LEAST_S, LOOK_SHARE * budget_s))
    keep(understanding.source)
    from labeling.provenance import Origin

    return Intake(batch.frame, understanding, told(understanding, batch), origins=(Origin.of(understanding),))


def check_target(understanding: Understanding) -> None:
    """Refuse to predict another column than the one that is named as the target, unless it was asked for.

    The window shows what was chosen before anything is done; here the time would go into what nobody wants.

    Raises:
        CommandFailed: the column that is named as the target has too many classes.
    """
    from labeling.classes import MAX_CLASSES
    from labeling.unpacked import release

    if not understanding.passed_over:
        return
    release(understanding.source)
    others = f": {listing(list(understanding.candidates), most=MOST_TOLD)}." if understanding.candidates else "."
    raise CommandFailed(
        f"“{understanding.passed_over}” cannot be predicted, since it has more than {MAX_CLASSES:,} different values. "
        f"Name another column to predict with --target{others}"
    )


def told(understanding: Understanding, batch: Batch | None = None) -> tuple[str, ...]:
    """Return what the person should know about the data: a sentence each, the rest counted."""
    known = set(understanding.problems)
    problems = batch.problems if batch is not None else ()
    sentences = [
        *understanding.problems,
        *_left_out(understanding),
        *(_told(problem) for problem in problems if not problem.counted and problem.sentence not in known),
    ]
    unique = list(dict.fromkeys(sentences))
    more = len(unique) - MOST_TOLD
    return (*unique[:MOST_TOLD], f"… and {more} more like these.") if more > 0 else tuple(unique)


def _left_out(understanding: Understanding) -> list[str]:
    """Return one sentence for each reason to leave columns out."""
    columns: dict[str, list[str]] = {}
    for column in understanding.left_out:
        columns.setdefault(column.reason, []).append(column.name)
    sentences = [f"Not learned from: {listing(names, most=MOST_TOLD)} ({why})." for why, names in columns.items()]
    other = next((column.name for column in understanding.left_out if not column.final), None)
    if other is not None:
        sentences.append(f"To learn from one of them all the same, say for example --keep-column {shlex.quote(other)}.")
    return sentences


def _told(problem: Problem) -> str:
    return f"{problem.path}: {problem.sentence}" if problem.path else problem.sentence


def understand_data(
    path: Path,
    target: str | None,
    kept: Sequence[str] = (),
    chosen: Sequence[str] = (),
    group: str | None = None,
    kind: Kind | None = None,
) -> Understanding:
    """Return what the data is, with ``target`` as the column to guess and ``kept`` to learn from in any case.

    Rows with the same value in ``group`` stay together. ``chosen`` are files and folders in ``path``, if not all of it
    is meant. ``kind`` says what the target holds.

    Raises:
        UsageError: the data has no such column to guess or to keep rows together by, or no columns at all.
        ImportRefused: it cannot be learned from.
    """
    from labeling.errors import ImportRefused
    from labeling.importing import understand
    from labeling.unpacked import release

    try:
        types = {} if group is None else {group: ColumnType.GROUP}
        found = understand(path, chosen=chosen, target=target, kind=kind, kept=kept, types=types)
    except ImportRefused:
        if target is None or target in _names(found := understand(path, chosen=chosen)):
            raise
    unfit = _unfit(found, path.name, target, kept, group, kind)
    if unfit is not None:
        release(found.source)
        raise UsageError(unfit)
    return found


def _unfit(
    found: Understanding, name: str, target: str | None, kept: Sequence[str], group: str | None, kind: Kind | None
) -> str | None:
    """Return why what was said of the columns does not fit the data."""
    from labeling.tables.together import together_by
    from labeling.understanding import TABLE_FORMAT

    if target is not None and found.target != target:
        names = listing(_names(found), most=20) or "none: it is files in folders"
        return f"There is no column {target!r} in {name} to guess. Its columns: {names}."
    if kind is not None and found.target is None and found.format == TABLE_FORMAT:
        return f"It is not clear which column of {name} is to be predicted. Name it: --target COL."
    if kind is not None and found.target is None:
        return f"{name} has no column of labels, so --as says nothing of it. Leave it out."
    if kept and not found.holds_rows:
        return f"{name} is no table, so it has no columns to keep. Leave --keep-column out."
    if group is not None and together_by(found.columns) != group:
        names = listing([other for other in _names(found) if other != found.target], most=20)
        columns = f"Its other columns: {names}." if found.holds_rows else "It is no table."
        return f"There is no column {group!r} in {name} to keep rows together by. {columns}"
    return None


def _names(found: Understanding) -> list[str]:
    guessed = [found.target] if found.target else []
    others = [column.name for column in found.columns] + [column.name for column in found.left_out]
    return list(dict.fromkeys([*guessed, *found.candidates, *others]))


def _from_project(
    path: Path, target: str | None, kind: Kind | None, understood: Callable[[Understanding], None]
) -> Intake:
    from labeling.project import Project
    from labeling.project.intake import GIVES

    project = Project.open(path)
    try:
        understanding = project.understanding()
        if understanding is None:
            raise CommandFailed(f"The project {path.name} is empty. Take data in first: autodidact import DATA.")
        if target is not None and target != understanding.target:
            raise UsageError(f"The project {path.name} guesses {understanding.target}. Leave out --target.")
        if kind is not None and kind is not understanding.kind:
            gives = GIVES[understanding.kind or Kind.MULTICLASS]
            raise UsageError(f"The project {path.name} {gives}. Leave out --as.")
        understood(understanding)
        run_path, origins = project.new_run_path(), project.origins()
        return Intake(project.frame(), understanding, (), run_path, project.cache_path, origins)
    finally:
        project.close()
