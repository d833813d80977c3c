"""A table: CSV, TSV, XLSX or Parquet; a folder with one, or with a train and a test table, counts as a table too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from typing_extensions import override

from engine.dataset import INPUT_PREFIX
from engine.task import Column, ColumnType, Kind, Modality
from labeling.batch import Batch, Problem
from labeling.classes import JOINED_BY, check_number, classes_of, parts_of, respelled, spellings, told
from labeling.errors import ImportRefused
from labeling.formats.base import Format, Wishes
from labeling.media import MEDIA
from labeling.source import Source
from labeling.splits import split_name
from labeling.tables.columns import (
    Facts,
    converted,
    dtype_of,
    final_reason_against,
    number,
    sort_out,
    text,
    types_for,
    unread,
    with_commas,
)
from labeling.tables.guess import (
    can_be_target,
    constant_target,
    guess_kind,
    guess_target,
    has_too_many_classes,
    passed_over,
    taken_for_classes,
    why_passed_over,
)
from labeling.tables.judging import Judged, judged
from labeling.tables.leaks import leaks, without_leaks
from labeling.tables.parting import SAYS_PART, kept_apart, parting_column, parts
from labeling.tables.source import OpenTable, is_real_table, is_table, opened
from labeling.tables.together import hint, learned_from, together_by
from labeling.understanding import LeftOut, Understanding, count

MANY_COLUMNS = 500  # of so many, few rows are taken in, so that they can be looked through once more
TARGET = "\0target"
NAMES_TRIED = 20
LABELS: dict[Kind, pl.DataType] = {
    Kind.MULTICLASS: pl.String(),
    Kind.MULTILABEL: pl.List(pl.String),
    Kind.REGRESSION: pl.Float64(),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of a table, and the part it is."""

    path: Path
    split: str | None


class Table(Format):
    """Rows with a column to predict."""

    name = "table"

    @override
    def recognises(self, source: Source) -> bool:
        return bool(pieces(source))

    @override
    def understand(self, source: Source, wishes: Wishes) -> Understanding:
        main, *others = pieces(source)
        with opened(main.path) as table:
            seen = _judged(main.path, table)
            found = seen.facts
            parted_by = None if others else parting_column(seen.read, _not_parting(wishes, seen.rows.columns))
            usable = [fact for fact in found if fact.name != parted_by]
            target = _target(main.path, usable, wishes.target)
            kind = _kind(target, wishes.kind) if target else None
            labels = _labels(seen.read, target, kind, table)
            merged = spellings(labels)
            classes = classes_of(respelled(labels, merged))
            _check_classes(target, len(classes))
            kept = _kept(main.path, found, target, wishes.kept)
            types = _types(found, target, wishes.types)
            wanted = Wishes(kept=kept, types=types)
            answers = respelled(labels if seen.whole else _labels(seen.rows.lazy(), target, kind, table), merged)
            columns, left_out = _learned_from(seen.rows, usable, target, answers, table, wanted)
            tests = kept_apart(seen.read, parted_by) if parted_by is not None else 0
        chosen = target.name if target else None
        passed = passed_over(found, chosen) if wishes.target is None else None
        about = [_counted(piece.path, target, kind) for piece in others]
        apart = sum(total for total, _ in about)
        return Understanding(
            source=source.path,
            format=self.name,
            modality=_modality(columns),
            kind=kind,
            classes=classes,
            samples=table.total + apart,
            labelled=round(table.total * _share(labels)) + sum(known for _, known in about),
            target=chosen,
            columns=tuple(columns),
            candidates=tuple(fact.name for fact in found if can_be_target(fact)),
            left_out=(*left_out, *([LeftOut(parted_by, SAYS_PART)] if parted_by is not None else [])),
            kept=kept,
            types=tuple(types.items()),
            set_apart=apart + round(table.total * tests / max(1, table.rows)),
            parted_by=parted_by,
            passed_over=passed.name if passed is not None and has_too_many_classes(passed) else "",
            problems=(
                *_named_media(seen.rows),
                *table.notes,
                *([why_passed_over(passed, chosen)] if passed is not None else []),
                *(taken_for_classes(target) if target and kind is Kind.MULTICLASS and wishes.kind is None else []),
                *unread(found, columns),
                *([] if together_by(columns) else hint(_undecided(usable, target, types))),
                *told(merged),
            ),
        )

    @override
    def read(self, source: Source, understanding: Understanding, look_seconds: float | None) -> Batch:
        files = pieces(source)
        frames: list[pl.DataFrame] = []
        problems: list[Problem] = []
        for step, piece in enumerate(files):
            source.watch.step(step, len(files))
            frame = _read(piece, understanding, problems)
            start = sum(earlier.height for earlier in frames)
            ids = pl.int_range(start, start + frame.height, eager=True).cast(pl.String)
            frames.append(frame.with_columns(id=ids))
        source.watch.step(len(files), len(files))
        whole = pl.concat(frames)
        merged = spellings(whole["label"])
        problems += [Problem("", sentence) for sentence in told(merged)]
        return Batch(whole.with_columns(respelled(whole["label"], merged).alias("label")), tuple(problems))


def _not_parting(wishes: Wishes, names: list[str]) -> set[str]:
    """Return the columns that do not say which rows are kept for the test, among them those wanted for something."""
    typed = {name for name, type_ in wishes.types.items() if type_ is not None}
    others = set() if wishes.parting is None else set(names) - set(wishes.parting)
    return {*others, *wishes.kept, *typed, *([wishes.target] if wishes.target is not None else [])}


def pieces(source: Source) -> list[Piece]:
    """Return the table's files, the one to learn from first; nothing where there is no table."""
    if source.path.is_file():
        return [Piece(source.path, None)] if is_table(source.path) else []
    tables = [found.path for found in source.files.files if not found.folders and is_real_table(found.path)]
    if len(tables) == 1:
        return [Piece(tables[0], None)]
    by_split = {split_name(table.stem): table for table in tables}
    if len(tables) == 2 and "train" in by_split and None not in by_split:
        other = by_split.get("test") or by_split.get("validation")
        return [Piece(by_split["train"], "train"), *([Piece(other, "test")] if other else [])]
    return []


def _counted(path: Path, target: Facts | None, kind: Kind | None) -> tuple[int, int]:
    """Return how many rows a table file has, and (of a very large one: about) how many of them have a label."""
    with opened(path) as table:
        if target is None or kind is None or target.name not in table.names:
            return table.total, 0
        labels = table.lazy.select(label(target.name, kind, table)).collect(engine="streaming").to_series()
        return table.total, round(table.total * _share(labels))


def _share(labels: pl.Series) -> float:
    return labels.count() / max(1, len(labels))


def _named_media(frame: pl.DataFrame) -> list[str]:
    """Return a sentence where a column names pictures or sounds: had they been there, this would be a list of them."""
    media = (MEDIA[Modality.IMAGE], MEDIA[Modality.AUDIO])
    for name in [name for name, dtype in frame.schema.items() if dtype == pl.String]:
        cells = frame[name].drop_nulls().head(NAMES_TRIED).str.strip_chars().to_list()
        for medium in media:
            if cells and all(map(medium.owns, cells)):
                return [
                    f"The column “{name}” names {medium.thing}s, like {cells[0]}, that are not there, so this is "
                    f"taken as a mere table. To take in the {medium.thing}s, put the list into the folder "
                    "that holds them."
                ]
    return []


def looked_at(path: Path, chosen: tuple[str, ...] = ()) -> tuple[pl.DataFrame, list[Facts]]:
    """Return the rows of the table at ``path`` that tell what it is, and what was counted in each column.

    ``chosen`` are its files where ``path`` is a folder that holds others, too.

    Raises:
        ImportRefused: there is no table.
    """
    if not path.exists():
        raise ImportRefused(f"{path} is not there any more. Put it back, and its columns can be read in another way.")
    found = pieces(Source(path, chosen=chosen))
    if not found:
        raise ImportRefused(f"{path.name} is no table any more. Put the table back to read its columns in another way.")
    with opened(found[0].path) as table:
        seen = _judged(found[0].path, table)
    return seen.rows, seen.facts


def cells_of(understanding: Understanding, name: str) -> pl.Series:
    """Return the cells of a column as text, as the table's files have them, in the order in which rows are read.

    Raises:
        ImportRefused: a file cannot be read any more.
    """
    if not understanding.source.exists():
        raise ImportRefused(f"{understanding.source} is not there any more. Put it back.")
    found = []
    for piece in pieces(Source(understanding.source, chosen=understanding.chosen)):
        with opened(piece.path) as table:
            none = pl.repeat(None, pl.len(), dtype=pl.String)
            cells = pl.col(name).cast(pl.String) if name in table.names else none
            found.append(table.lazy.select(cells.alias(name)).collect(engine="streaming").to_series())
    return pl.concat(found) if found else pl.Series(name, dtype=pl.String)


def _judged(path: Path, table: OpenTable) -> Judged:
    if not table.rows:
        raise ImportRefused(f"{path.name} has a header but no rows. Choose a table with a row for each example.")
    return judged(table, path.stat().st_size)


def _learned_from(
    frame: pl.DataFrame,
    found: list[Facts],
    target: Facts | None,
    labels: pl.Series,
    table: OpenTable,
    wanted: Wishes,
) -> tuple[list[Column], list[LeftOut]]:
    """Return the columns to learn from, and those left out with their reasons."""
    others = [fact for fact in found if target is None or fact.name != target.name]
    columns, left_out = sort_out(others, wanted.kept, wanted.types)
    learned, grouping = learned_from(columns), [column for column in columns if column.type is ColumnType.GROUP]
    if target is None or not learned:
        return columns, left_out
    schema = frame.schema  # polars puts it together anew each time it is asked for
    commas = with_commas(frame)
    cells = [
        converted(column, schema[column.name], table.decimal_comma, column.name in commas).alias(column.name)
        for column in learned
    ]
    chosen = {*wanted.kept, *wanted.types}
    given_away = [leak for leak in leaks(frame.select(cells), learned, labels) if leak.name not in chosen]
    kept = without_leaks(learned, given_away)
    names = {column.name for column in kept}
    return [*kept, *grouping], left_out + [leak for leak in given_away if leak.name not in names]


def _types(
    found: list[Facts], target: Facts | None, wanted: Mapping[str, ColumnType | None]
) -> dict[str, ColumnType | None]:
    """Return the types that the person chose, of columns that are there; refuse those that do not fit."""
    by_name = {fact.name: fact for fact in found}
    chosen = {name: type_ for name, type_ in wanted.items() if name in by_name}
    if target is not None:
        chosen.pop(target.name, None)
    for name, type_ in chosen.items():
        possible = types_for(by_name[name])
        if type_ is ColumnType.GROUP and type_ not in possible:
            raise ImportRefused(f"“{name}” cannot keep rows together: none have the same value in it, or all have.")
        if type_ is not None and type_ not in possible:
            words = " or ".join(other.value for other in possible if other is not ColumnType.GROUP) or "nothing"
            raise ImportRefused(f"“{name}” cannot be read as {type_.value}: no cell is one. It can be read as {words}.")
    grouping = [name for name, type_ in chosen.items() if type_ is ColumnType.GROUP]
    if len(grouping) > 1:
        raise ImportRefused(f"One column alone can keep rows together: choose among {', '.join(grouping)}.")
    return chosen


def _kept(path: Path, found: list[Facts], target: Facts | None, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Return the columns that the person wants learned from; refuse those that cannot be."""
    by_name = {fact.name: fact for fact in found}
    for name in wanted:
        if name not in by_name:
            names = ", ".join(list(by_name)[:30])
            raise ImportRefused(f"{path.name} has no column “{name}” to keep. Choose one of its columns: {names}.")
        if target is not None and name == target.name:
            raise ImportRefused(f"“{name}” is the column to predict, so it cannot be learned from as well.")
        reason = final_reason_against(by_name[name])
        if reason is not None:
            raise ImportRefused(f"“{name}” cannot be learned from, since {reason}. Leave it out.")
    return wanted


def _target(path: Path, found: list[Facts], wanted: str | None) -> Facts | None:
    by_name = {fact.name: fact for fact in found}
    if wanted is None:
        wanted = constant_target(found) or guess_target(found)
        if wanted is None:
            return None
    if wanted not in by_name:
        raise ImportRefused(
            f"{path.name} has no column “{wanted}”. Its columns: {', '.join(list(by_name)[:30])}. Choose one of them."
        )
    target = by_name[wanted]
    if not target.present:
        raise ImportRefused(f"All values of the column “{wanted}” are missing. Choose another column to predict.")
    if target.nested and not target.parts:
        raise ImportRefused(f"The column “{wanted}” holds lists or structures. Choose another column to predict.")
    if target.distinct == 1:
        raise ImportRefused(
            f"All values of the column “{wanted}” are the same, so there is nothing to predict. "
            "Add rows with other values, or choose another column."
        )
    return target


def _kind(target: Facts, wanted: Kind | None) -> Kind:
    kind = wanted or guess_kind(target)
    if kind is Kind.REGRESSION and not target.numeric:
        raise ImportRefused(f"The column “{target.name}” holds words, not numbers. Sort rows by it instead.")
    several = target.parts if kind is Kind.MULTILABEL and target.parts else target.distinct
    if kind is not Kind.REGRESSION:
        _check_classes(target, several)
    return kind


def _check_classes(target: Facts | None, number: int) -> None:
    if target is not None:
        check_number(number, f"The column “{target.name}” has", column=True)


def label(name: str, kind: Kind, table: OpenTable) -> pl.Expr:
    """Return the target column as labels.

    Of the type that :data:`LABELS` has for the kind; of classes, ``1.0`` becomes ``1``. An empty cell of a
    column that joins classes by ``;`` names none of them.
    """
    dtype = table.lazy.collect_schema()[name]
    if kind is Kind.REGRESSION:
        return number(name, dtype, table.decimal_comma)
    listed = isinstance(dtype, pl.List)
    cells = pl.col(name).cast(pl.List(pl.String)).list.join(JOINED_BY) if listed else text(name, dtype)
    if kind is Kind.MULTILABEL:
        parts = cells.map_batches(parts_of, return_dtype=pl.List(pl.String))
        return pl.when(pl.col(name).is_null()).then(None).otherwise(parts) if listed else parts
    return cells.str.replace(r"^([+-]?\d+)\.0+$", "$1")


def _labels(rows: pl.LazyFrame, target: Facts | None, kind: Kind | None, table: OpenTable) -> pl.Series:
    """Return the labels of rows; none at all where nothing is predicted."""
    if target is None or kind is None:
        return pl.Series("label", [], dtype=pl.String)
    return rows.select(label(target.name, kind, table)).collect(engine="streaming").to_series()


def _undecided(found: list[Facts], target: Facts | None, types: Mapping[str, ColumnType | None]) -> list[Facts]:
    """Return the columns of whose use the person has not said anything, but the one to predict."""
    return [fact for fact in found if fact.name not in types and (target is None or fact.name != target.name)]


def _modality(columns: list[Column]) -> Modality:
    """Return what a row is: a text where people wrote all its columns."""
    learned = learned_from(columns)
    texts = bool(learned) and all(column.type is ColumnType.TEXT for column in learned)
    return Modality.TEXT if texts else Modality.TABLE


def _read(piece: Piece, understanding: Understanding, problems: list[Problem]) -> pl.DataFrame:
    """Return one file's rows in the columns of a batch, without ids."""
    with opened(piece.path) as table:
        problems += [Problem(piece.path.name, note) for note in table.notes]
        target, kind = understanding.target, understanding.kind or Kind.MULTICLASS
        schema = table.lazy.collect_schema()
        labels = label(target, kind, table) if target in schema and target else pl.lit(None, dtype=LABELS[kind])
        frame = table.lazy.select(
            pl.lit("").alias("id"),
            pl.lit(None, dtype=pl.String).alias("reference"),
            pl.lit(None, dtype=pl.String).alias("content"),
            pl.lit(None, dtype=pl.Int64).alias("look"),
            pl.lit(None, dtype=pl.Binary).alias("tones"),
            labels.alias("label"),
            _split(piece, understanding, schema).alias("split"),
            pl.lit(None, dtype=pl.String).alias("marks"),
            *inputs_of(understanding.as_written, table),
        ).collect(engine="streaming")
    missing = frame["label"].null_count()
    if target and missing:
        problems.append(
            Problem(piece.path.name, f"{count(missing, 'row')} without a value in “{target}” cannot be learned from.")
        )
    return frame


def _split(piece: Piece, understanding: Understanding, schema: pl.Schema) -> pl.Expr:
    """Return the part that each row of a file is of: as the file's name says, else as a column does."""
    name = understanding.parted_by
    used = any(column.name == name for column in understanding.columns)
    if name is None or piece.split is not None or used or name not in schema:
        return pl.lit(piece.split, dtype=pl.String)
    return parts(name, schema[name])


def inputs_of(columns: tuple[Column, ...], table: OpenTable) -> list[pl.Expr]:
    """Return the input columns as the model reads them, those the table lacks as missing."""
    schema = table.lazy.collect_schema()
    many = len(columns) > MANY_COLUMNS
    commas = with_commas(table.lazy.collect()) if many else frozenset(schema.names())
    wanted = []
    for column in columns:
        if column.name in schema:
            cells = converted(column, schema[column.name], table.decimal_comma, column.name in commas)
        else:
            cells = pl.lit(None, dtype=dtype_of(column))
        wanted.append(cells.alias(INPUT_PREFIX + column.name))
    return wanted
