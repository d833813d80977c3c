"""Pictures listed in a table: one column names the file, another the label.

The table may lie in the folder of pictures, beside it under the folder's name, or be given itself. ``train.csv`` and
``test.csv``, or a column with such words, set a test part apart.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from typing_extensions import override

from labeling.batch import Problem
from labeling.errors import ImportRefused
from labeling.formats.base import Source
from labeling.formats.image_folders import split_name
from labeling.formats.images import Entry, ImageFormat, Listing
from labeling.tables.columns import facts, text
from labeling.tables.guess import can_be_target, guess_target
from labeling.tables.source import TEXT_SUFFIXES, is_table, opened
from labeling.walk import MAX_FILES, PICTURE_SUFFIXES

TRIED_ROWS = 20
TRIED_TABLES = 20
MENTIONED_BYTES = 1 << 16
MAX_TABLE_BYTES = 200_000_000
PICTURE_FOLDERS = ("", "images", "image", "img", "imgs", "pictures", "photos", "data")
SPLIT_COLUMNS = ("split", "set", "subset", "dataset", "data set", "data_set", "fold", "part")
LISTED_TWICE = "It is listed twice; the first line counts."


@dataclass(frozen=True)
class Manifest:
    """A table of pictures.

    Attributes:
        table: its cells as text.
        column: the column of file names.
        base: the folder these are relative to.
        root: the folder they may not leave.
        split: the part that the table's own name says its pictures are.
    """

    table: pl.DataFrame
    column: str
    base: Path
    root: Path
    split: str | None


class ImageManifest(ImageFormat):
    """A table of file names and labels."""

    name = "image_manifest"

    @override
    def recognises(self, source: Source) -> bool:
        return bool(manifests(source))

    @override
    def listing(self, source: Source, target: str | None) -> Listing:
        found = manifests(source)
        if not found:
            raise ImportRefused(f"The list of pictures in {source.path.name} names no files that are there any more.")
        result = Listing(problems=list(source.files.problems))
        splits = {manifest.split for manifest in found}
        both = "train" in splits and len(splits) > 1
        for manifest in found:
            self._add(manifest, source, target, manifest.split if both else None, result)
        known = {os.path.realpath(entry.path) for entry in result.entries}
        if source.path.is_dir():
            others = (other for other in source.files.pictures if os.path.realpath(other.path) not in known)
            result.entries += [Entry(other.path, other.relative) for other in others]
        return result

    def _add(self, manifest: Manifest, source: Source, target: str | None, split: str | None, result: Listing) -> None:
        table = manifest.table
        about = [fact for fact in facts(table, decimal_comma=False) if fact.name != manifest.column]
        result.candidates = tuple(fact.name for fact in about if can_be_target(fact) or fact.distinct == 1)
        splitting = next((name for name in table.columns if name.lower() in SPLIT_COLUMNS), None)
        labels = [fact for fact in about if fact.name in result.candidates and fact.name != splitting]
        chosen = target or guess_target(labels) or (labels[-1].name if labels else None)
        if chosen is not None and chosen not in table.columns:
            raise ImportRefused(
                f"The list of pictures has no column “{chosen}”. Its columns: {', '.join(table.columns)}."
            )
        result.target = chosen
        cells = table.with_columns([text(name, pl.String()).alias(name) for name in table.columns])
        taken = {entry.id for entry in result.entries}
        for row in cells.iter_rows(named=True):
            own_split = split_name(row[splitting] or "") if splitting else split
            part = "train" if own_split == "validation" else own_split
            name, label = row[manifest.column], row[chosen] if chosen else None
            outcome = _entry(manifest, source.path, name, label, part)
            if isinstance(outcome, Problem):
                result.problems.append(outcome)
            elif outcome.id in taken:
                result.problems.append(Problem(outcome.id, LISTED_TWICE))
            else:
                taken.add(outcome.id)
                result.entries.append(outcome)


def manifests(source: Source) -> list[Manifest]:
    """Return the tables that list pictures for this file or folder."""
    path = source.path
    if path.is_file():
        found = _manifest(path, path.parent, by_ending=True) if is_table(path) and _mentions_pictures(path) else None
        return [found] if found else []
    if not source.files.pictures:
        return []
    tables = [found.path for found in source.files.files if not found.folders and is_table(found.path)]
    inside = [manifest for table in tables[:TRIED_TABLES] if (manifest := _manifest(table, path)) is not None]
    if inside:
        return inside
    beside = [path.with_name(path.name + suffix) for suffix in (".csv", ".tsv", ".xlsx")]
    return [manifest for table in beside if table.is_file() and (manifest := _manifest(table, path)) is not None]


def _mentions_pictures(path: Path) -> bool:
    """Return whether a name of a picture may stand near the start of a table, without parsing a text file for it."""
    if path.suffix.lower() not in TEXT_SUFFIXES:
        return True
    with path.open("rb") as file:
        start = file.read(MENTIONED_BYTES).replace(b"\0", b"").lower()
    return any(suffix.encode() in start for suffix in PICTURE_SUFFIXES)


def locate(base: Path, root: Path, name: str) -> Path | None:
    """Return the picture that a cell names, or None where there is none inside ``root``."""
    if "\0" in name or not name or len(name) > 1000:
        return None
    plain = name.replace("\\", "/")
    endings = ("",) if plain.lower().endswith(PICTURE_SUFFIXES) else PICTURE_SUFFIXES
    for ending in endings:
        path = Path(os.path.normpath(base / (plain + ending)))
        if path.is_file() and path.is_relative_to(root):
            inside = Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))
            return path if inside else None
    return None


def _manifest(table_path: Path, root: Path, by_ending: bool = False) -> Manifest | None:
    """Return the table as a list of pictures if one of its columns names pictures inside ``root``.

    ``by_ending`` spares the search where no cell ends like the name of a picture.
    """
    if table_path.stat().st_size > MAX_TABLE_BYTES:
        return None
    try:
        with opened(table_path) as table:
            head = table.lazy.head(TRIED_ROWS).collect()
            place = _place_of_names(head, table_path, root, by_ending)
            if place is None:
                return None
            column, base = place
            cells = table.lazy.head(MAX_FILES).select(pl.all().cast(pl.String)).collect()
    except (ImportRefused, pl.exceptions.PolarsError):
        return None  # a file beside the pictures that is no readable table does not make the pictures unreadable
    return Manifest(cells, column, base, root, split_name(table_path.stem))


def _place_of_names(head: pl.DataFrame, table_path: Path, root: Path, by_ending: bool) -> tuple[str, Path] | None:
    folder = table_path.parent if table_path.is_relative_to(root) else root
    bases = [table_path.with_suffix(""), table_path.parent, *(folder / name for name in PICTURE_FOLDERS)]
    for name, dtype in head.schema.items():
        if dtype != pl.String:
            continue
        cells = [cell.strip() for cell in head[name].drop_nulls()]
        if by_ending and not any(cell.lower().endswith(PICTURE_SUFFIXES) for cell in cells):
            continue
        for base in bases:
            there = sum(locate(base, root, cell) is not None for cell in cells)
            if there and 2 * there >= len(cells):
                return name, base
    return None


def _entry(manifest: Manifest, source: Path, name: str | None, label: str | None, split: str | None) -> Entry | Problem:
    if name is None:
        return Problem("", "A line of the list names no file.")
    path = locate(manifest.base, manifest.root, name)
    if path is None:
        return Problem(name, "The list names this file, but it is not there (or lies outside the folder).")
    root = source if source.is_dir() else source.parent
    return Entry(path, path.relative_to(root).as_posix(), label, split)


def listed(source: Source) -> list[Path]:
    """Return the picture that each row of a list names, in row order; where it is absent, the place it should be.

    Raises:
        ImportRefused: the table names no pictures.
    """
    found = manifests(source)
    if not found:
        raise ImportRefused(f"{source.path.name} names no pictures that are there. Put it beside them and try again.")
    manifest = found[0]
    names = manifest.table[manifest.column].fill_null("").str.strip_chars().to_list()
    return [locate(manifest.base, manifest.root, name) or manifest.base / Path(name).name for name in names]
