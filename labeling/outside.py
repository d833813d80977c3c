"""Samples from outside for a model that exists: to predict, or to be measured on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from engine.dataset import INPUT_PREFIX, Dataset
from engine.task import Kind, Task
from engine.wording import listing
from labeling.batch import Batch, Problem, Watch, summed_up
from labeling.classes import names_of, respelled, without_names
from labeling.errors import ImportRefused, MediaRefused
from labeling.file_names import composed
from labeling.media import MEDIA, Medium
from labeling.media.base import content_of, each, opened
from labeling.source import Source
from labeling.strangers import strangers, told_of
from labeling.understanding import Understanding, count

if TYPE_CHECKING:
    import polars as pl

    from labeling.tables.source import OpenTable

Tell = Callable[[str], None]
Hear = Callable[[str, str], None]
LEFT_OUT = ("thing was left out or mended", "things were left out or mended")


def media_inputs(path: Path, task: Task, tell: Tell, watch: Watch, unread: Hear | None) -> Dataset:
    """Return the files of a folder, of a list, or the one at ``path``, broken ones too.

    ``unread`` hears the id of each that cannot be read, and why; without it, ``tell`` hears of them together.
    """
    import polars as pl

    medium, source = MEDIA[task.modality], Source(path, watch)
    named = _files(source, medium)
    if not named:
        raise ImportRefused(
            f"There are no {medium.thing}s in {path.name}. Choose a folder with {medium.endings} files."
        )
    if path.is_dir():
        left = told_of(strangers(source.files, medium), medium)
        for sentence in (*summed_up(source.files.problems, *LEFT_OUT), *left):
            tell(sentence)
    contents, reasons = list[str | None](), list[str | None]()
    for chunk in each(lambda item: _content(item[1], medium), named):
        contents += [content for content, _ in chunk]
        reasons += [reason for _, reason in chunk]
        watch.step(len(contents), len(named))
    broken = [(name, file, why) for (name, file), why in zip(named, reasons, strict=True) if why is not None]
    if unread is not None:
        for name, _, why in broken:
            unread(name, why)
    elif broken:
        names = [name if path.is_dir() else file.name for name, file, _ in broken]
        tell(_answered_blindly(names, len(named), task))
    return Dataset(
        pl.DataFrame(
            {"id": [name for name, _ in named], "reference": [str(file) for _, file in named], "content": contents},
            schema={"id": pl.String, "reference": pl.String, "content": pl.String},
        )
    )


def table_inputs(path: Path, task: Task, tell: Tell, watch: Watch) -> Dataset:
    """Return the rows of a table in the task's columns, or listed texts; the target is not looked at."""
    import polars as pl

    from labeling.formats.table import inputs_of, pieces
    from labeling.formats.texts_annotated import COLUMN, TextsAnnotated, listed
    from labeling.tables.source import opened

    source = Source(path, watch)
    if task.columns == (COLUMN,) and TextsAnnotated().recognises(source):
        batch = listed(source)
        for sentence in summed_up([problem for problem in batch.problems if problem.path], *LEFT_OUT):
            tell(sentence)
        return Dataset(batch.frame.select("id", "reference", "content", INPUT_PREFIX + COLUMN.name))
    files = pieces(source)
    if len(files) != 1:
        raise ImportRefused(f"{path.name} is not a table. Choose a CSV, TSV, XLSX or Parquet file.")
    with opened(files[0].path, whole=True, known=[column.name for column in task.columns]) as table:
        for note in table.notes:
            tell(note)
        _check_columns(path, task, table.names, tell)
        frame = table.lazy.select(inputs_of(task.columns, table)).collect(engine="streaming")
        _check_cells(task, table, frame, tell)
        numbers = table.numbers
    if not frame.height:
        raise ImportRefused(f"{path.name} has a header but no rows. Choose a table with a row for each example.")
    if numbers is None:
        numbers = pl.int_range(0, frame.height, eager=True)
    else:
        tell(_blank_rows(files[0].path.name, int(numbers[-1]) + 1 - len(numbers)))
    ids = numbers.cast(pl.String)
    nothing = pl.lit(None, dtype=pl.String)
    return Dataset(frame.select(ids.alias("id"), nothing.alias("reference"), nothing.alias("content"), pl.all()))


def labelled_table(path: Path, task: Task, tell: Tell, watch: Watch) -> Understanding:
    """Return what to read of a table so as to measure a model: the task's own columns and target, whatever they hold.

    Raises:
        ImportRefused: it is no table, or lacks the target or all of the columns.
    """
    from labeling.formats.table import inputs_of, pieces
    from labeling.formats.texts_annotated import COLUMN, TextsAnnotated
    from labeling.tables.source import opened

    source = Source(path, watch)
    if task.columns == (COLUMN,) and TextsAnnotated().recognises(source):
        return Understanding(path, TextsAnnotated.name, task.modality, task.kind, columns=task.columns)
    if task.target is None:
        raise ImportRefused(
            f"The model learned from an annotation file, and {path.name} is none. Choose one of the same format."
        )
    files = pieces(source)
    if not files:
        raise ImportRefused(f"{path.name} is not a table. Choose a CSV, TSV, XLSX or Parquet file.")
    with opened(files[0].path) as table:
        for note in table.notes:
            tell(note)
        if task.target not in table.names:
            raise ImportRefused(
                f"{path.name} has no column “{task.target}” to compare answers with. Choose a table with it."
            )
        _check_columns(path, task, table.names, tell)
        rows = table.lazy.select(inputs_of(task.columns, table)).collect(engine="streaming")
        _check_cells(task, table, rows, tell)
    for piece in files[1:]:
        with opened(piece.path) as further:
            for note in further.notes:
                tell(note)
    return Understanding(path, "table", task.modality, task.kind, target=task.target, columns=task.columns)


def tell_problems(problems: Sequence[Problem], task: Task, tell: Tell) -> None:
    """Tell of what was left out or mended of labelled data, of several things together."""
    for problem in problems:
        if not problem.path:
            tell(problem.sentence)
    for sentence in summed_up([problem for problem in problems if problem.path and not problem.counted], *LEFT_OUT):
        tell(sentence)
    if counted := [problem.path for problem in problems if problem.counted]:
        for sentence in told_of(counted, MEDIA[task.modality]):
            tell(sentence)


def labelled_samples(batch: Batch, task: Task, tell: Tell) -> Dataset:
    """Return the samples of a batch whose label the task knows.

    Raises:
        ImportRefused: none has one.
    """
    import polars as pl

    frame = batch.frame.filter(pl.col("label").is_not_null())
    if task.kind is not Kind.REGRESSION:
        frame = frame.with_columns(respelled(frame["label"], _as_the_task_spells(frame["label"], task)).alias("label"))
        frame = (_of_known_class if task.kind is Kind.MULTICLASS else _of_known_classes)(frame, task, tell)
    if not frame.height:
        raise ImportRefused("No sample here has a label that the model knows, so nothing can be measured.")
    if frame.height < batch.frame.height:
        tell(f"Measured on {frame.height:,} of {count(batch.frame.height, 'sample')}; the others have no usable label.")
    inputs = [name for name in frame.columns if name.startswith(INPUT_PREFIX)]
    return Dataset(frame.select("id", "reference", "content", "label", *inputs))


def _as_the_task_spells(labels: pl.Series, task: Task) -> dict[str, str]:
    """Return the names that are classes of the task but for their spelling, each with that of the task.

    Of two classes that differ in spelling alone, neither is what a third spelling means.
    """
    plain = {name: composed(name).casefold() for name in task.classes}
    times = Counter(plain.values())
    known = {key: name for name, key in plain.items() if times[key] == 1}
    found = set(names_of(labels).to_list()) - set(task.classes)
    keys = {name: composed(name).casefold() for name in found}
    return {name: known[key] for name, key in keys.items() if key in known}


def _of_known_class(frame: pl.DataFrame, task: Task, tell: Tell) -> pl.DataFrame:
    known = frame.filter(frame["label"].is_in(task.classes))
    if known.height < frame.height:
        strange = sorted(set(frame["label"].unique().to_list()) - set(task.classes))
        left = count(frame.height - known.height, "sample")
        tell(f"{left} left out whose class the model does not know: {', '.join(strange[:5])}.")
    return known


def _of_known_classes(frame: pl.DataFrame, task: Task, tell: Tell) -> pl.DataFrame:
    """Return samples with the classes that the task knows, without those that have others alone."""
    import polars as pl

    if frame["label"].dtype != pl.List(pl.String):
        frame = frame.with_columns(pl.concat_list("label").alias("label"))
    strange = sorted(set(names_of(frame["label"]).to_list()) - set(task.classes))
    if not strange:
        return frame
    tell(f"Classes that the model does not know are not measured: {', '.join(strange[:5])}.")
    known, bare = without_names(frame, strange)
    if bare:
        tell(f"{count(bare, 'sample was left out that has', 'samples were left out that have')} no other class.")
    return known


def _files(source: Source, medium: Medium) -> list[tuple[str, Path]]:
    """Return (id, path) of every file."""
    from labeling.formats.media_manifest import listed
    from labeling.tables.source import is_table

    if source.path.is_file() and is_table(source.path) and not medium.owns(source.path.name):
        return [(str(row), path) for row, path in enumerate(listed(source, medium))]
    if source.path.is_file():
        return [("0", source.path)]
    return [(found.relative, found.path) for found in source.files.of(medium)]


def _answered_blindly(names: list[str], total: int, task: Task) -> str:
    """Say that files cannot be read, and what is answered all the same."""
    said = "what is usual" if task.kind is Kind.REGRESSION else "how common each class is"
    these, them = ("it", "it") if len(names) == 1 else ("these", "them")
    return (
        f"{count(len(names), 'file')} of {total:,} could not be read: {listing(names)}. For {these} the prediction "
        f"says only {said}. Replace or convert {them}, then predict again."
    )


def _blank_rows(name: str, number: int) -> str:
    were = "was" if number == 1 else "were"
    rows = count(number, "blank row")
    return f"{rows} of {name} {were} passed over; the ids of the others count {'it' if number == 1 else 'them'}."


def _content(path: Path, medium: Medium) -> tuple[str | None, str | None]:
    """Return the hash of a file's bytes, and what is wrong where it does not start as such a file does."""
    content = None
    try:
        with opened(path, medium.max_bytes) as file:
            content = content_of(file)
            file.seek(0)
            medium.check(file)
    except MediaRefused as refusal:
        return content, str(refusal)
    return content, None


def _check_columns(path: Path, task: Task, names: list[str], tell: Tell) -> None:
    missing = [column.name for column in task.columns if column.name not in names]
    if len(missing) == len(task.columns):
        raise ImportRefused(
            f"{path.name} has none of the columns that the model learned from: {', '.join(missing[:10])}. "
            "Choose a table with the same columns."
        )
    if missing:
        lacking = count(len(missing), "column")
        tell(f"{path.name} lacks {lacking} that the model learned from, taken as missing: {', '.join(missing[:10])}.")


def _check_cells(task: Task, table: OpenTable, rows: pl.DataFrame, tell: Tell) -> None:
    """Tell of what cannot be read; where that is all of a column, too, as of a column that is lacking."""
    from labeling.tables.unread import unread_cells

    for sentence in unread_cells(task.columns, table, rows):
        tell(sentence)
