"""Files listed in a table: one column names the file, another the label, or several labels joined by ``;``.

The table may lie in the folder of files, beside it under the folder's name, or be given itself. ``train.csv`` and
``test.csv``, or a column with such words, set a test part apart.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl
from typing_extensions import override

from engine.task import Kind
from labeling.batch import Problem
from labeling.classes import JOINED_BY
from labeling.errors import ImportRefused
from labeling.file_names import both_ways, composed, is_there
from labeling.formats.media import Entry, Listing, MediaFormat
from labeling.media import Medium
from labeling.source import Source
from labeling.splits import SPLIT_COLUMNS, split_name
from labeling.strangers import by_ending
from labeling.tables.columns import facts, text
from labeling.tables.guess import can_be_target, guess_kind, guess_target
from labeling.tables.source import TEXT_SUFFIXES, is_real_table, is_table, opened
from labeling.walk import MAX_FILES, Found, walk

TRIED_ROWS = 20
TRIED_TABLES = 20
LOOKED_THROUGH = 100_000
MENTIONED_BYTES = 1 << 16
MAX_TABLE_BYTES = 200_000_000
LISTED_TWICE = "It is listed twice; the first line counts."


@dataclass(frozen=True)
class Manifest:
    """A table of files.

    Attributes:
        medium: what the files are.
        table: its cells as text.
        column: the column of file names.
        base: the folder these are relative to.
        root: the folder they may not leave.
        split: the part that the table's own name says its files are.
    """

    medium: Medium
    table: pl.DataFrame
    column: str
    base: Path
    root: Path
    split: str | None

    @cached_property
    def places(self) -> list[Path | None]:
        """The file that each row names in full, None where there is none."""
        names = self.table[self.column].fill_null("").str.strip_chars()
        return [locate(self.base, self.root, name, self.medium) for name in names]

    @property
    def named(self) -> frozenset[Path]:
        """The files that rows name in full."""
        return frozenset(place for place in self.places if place is not None)


class MediaManifest(MediaFormat):
    """A table of file names and labels."""

    def __init__(self, medium: Medium) -> None:
        super().__init__(medium, "manifest")

    @override
    def recognises(self, source: Source) -> bool:
        return bool(manifests(source, self.medium))

    @override
    def listing(self, source: Source, target: str | None) -> Listing:
        found = manifests(source, self.medium)
        if not found:
            raise ImportRefused(
                f"The list of {self.medium.thing}s in {source.path.name} names no files that are still there."
            )
        result = Listing(problems=list(source.files.problems))
        splits = {manifest.split for manifest in found}
        both = "train" in splits and len(splits) > 1
        named = frozenset[Path]().union(*(manifest.named for manifest in found))
        for manifest in found:
            below = Below(source, manifest, named)
            self._add(manifest, below, target, manifest.split if both else None, result)
        known = {os.path.realpath(entry.path) for entry in result.entries}
        if source.path.is_dir():
            others = (other for other in source.files.of(self.medium) if os.path.realpath(other.path) not in known)
            result.entries += [Entry(other.path, other.relative) for other in others]
        return result

    def _add(self, manifest: Manifest, below: Below, target: str | None, split: str | None, result: Listing) -> None:
        table = manifest.table
        about = [fact for fact in facts(table, decimal_comma=False) if fact.name != manifest.column]
        result.candidates = tuple(fact.name for fact in about if can_be_target(fact) or fact.distinct == 1)
        splitting = next((name for name in table.columns if name.lower() in SPLIT_COLUMNS), None)
        labels = [fact for fact in about if fact.name in result.candidates and fact.name != splitting]
        chosen = target or guess_target(labels) or (labels[-1].name if labels else None)
        if chosen is not None and chosen not in table.columns:
            raise ImportRefused(
                f"The list of {self.medium.thing}s has no column “{chosen}”. Its columns: {', '.join(table.columns)}."
            )
        result.target = chosen
        result.kind = next((guess_kind(fact) for fact in about if fact.name == chosen), Kind.MULTICLASS)
        cells = table.with_columns([text(name, pl.String()).alias(name) for name in table.columns])
        taken = {entry.id for entry in result.entries}
        for row, place in zip(cells.iter_rows(named=True), manifest.places, strict=True):
            own_split = split_name(row[splitting] or "") if splitting else split
            part = "train" if own_split == "validation" else own_split
            name, label = row[manifest.column], (row[chosen] or "") if chosen else None
            outcome = _entry(place, below, name, label, part)
            if isinstance(outcome, Problem):
                result.problems.append(outcome)
            elif outcome.id in taken:
                result.problems.append(Problem(outcome.id, LISTED_TWICE))
            else:
                taken.add(outcome.id)
                result.entries.append(outcome)


class Below:
    """Finds files that a list names in the folders below it, by their bare name where only one is called so.

    The folders are walked when the first file is not where the list says. A file in ``named`` is what another row
    names in full, so that one of the same bare name is not there.
    """

    def __init__(self, source: Source, manifest: Manifest, named: frozenset[Path]) -> None:
        self._source, self._manifest, self._taken = source, manifest, named

    @property
    def medium(self) -> Medium:
        """What the files are."""
        return self._manifest.medium

    @property
    def root(self) -> Path:
        """The folder that the names of the samples are relative to."""
        return self._source.path if self._source.path.is_dir() else self._source.path.parent

    def __call__(self, name: str) -> Path | None:
        """Return the file of this name, None where there is none, there are several, or it is another row's."""
        found = _only(self._named, name)
        return found.path if found is not None and found.path not in self._taken else None

    def stranger(self, name: str) -> Found | None:
        """Return the file of this name that is none of the medium by its ending, if there is one."""
        return _only(self._strangers, name)

    @cached_property
    def _named(self) -> dict[str, list[Found]]:
        return _by_name(found for found in self._files if self._manifest.medium.owns(found.relative))

    @cached_property
    def _strangers(self) -> dict[str, list[Found]]:
        others = (found for found in self._files if not self._manifest.medium.owns(found.relative))
        return _by_name(others, stems=False)

    @cached_property
    def _files(self) -> list[Found]:
        if self._source.path.is_dir():
            return self._source.files.files
        try:
            return walk(self._manifest.root, self._source.watch).files
        except ImportRefused:  # there is more around the list than can be looked through
            return []


def _by_name(files: Iterable[Found], stems: bool = True) -> dict[str, list[Found]]:
    """Return files by their bare names, as they are and in lower case; also without their endings where ``stems``."""
    named: dict[str, list[Found]] = defaultdict(list)
    for found in files:
        bare, stem = composed(found.path.name), composed(found.path.stem)
        for key in {bare, bare.lower(), stem, stem.lower()} if stems else {bare, bare.lower()}:
            named[key].append(found)
    return named


def _only(named: Mapping[str, list[Found]], name: str) -> Found | None:
    """Return the only file that is called as a list says, whatever its folder."""
    plain = composed(name.replace("\\", "/").rstrip("/").rpartition("/")[2])
    return next((found[0] for key in (plain, plain.lower()) if len(found := named.get(key, [])) == 1), None)


def manifests(source: Source, medium: Medium) -> list[Manifest]:
    """Return the tables that list files of a medium for this file or folder."""
    path = source.path
    if path.is_file():
        if not is_table(path) or not _mentions(path, medium):
            return []
        found = _manifest(path, path.parent, medium, by_ending=True)
        return [found] if found else []
    if source.medium is not medium:
        return []
    listing = is_real_table if medium.owns(".txt") else is_table
    tables = [found.path for found in source.files.files if not found.folders and listing(found.path)]
    inside = [manifest for table in tables[:TRIED_TABLES] if (manifest := _manifest(table, path, medium)) is not None]
    if inside:
        return inside
    beside = [path.with_name(path.name + suffix) for suffix in (".csv", ".tsv", ".xlsx")]
    return [
        manifest for table in beside if table.is_file() and (manifest := _manifest(table, path, medium)) is not None
    ]


def _mentions(path: Path, medium: Medium) -> bool:
    """Return whether a name of a file may stand near the start of a table, without parsing a text file for it."""
    if path.suffix.lower() not in TEXT_SUFFIXES:
        return True
    with path.open("rb") as file:
        start = file.read(MENTIONED_BYTES).replace(b"\0", b"").lower()
    return any(suffix.encode() in start for suffix in medium.suffixes)


def locate(base: Path, root: Path, name: str, medium: Medium) -> Path | None:
    """Return the file that a cell names, or None where there is none inside ``root``."""
    if "\0" in name or not name or len(name) > 1000:
        return None
    plain = name.replace("\\", "/")
    endings = ("",) if medium.owns(plain) else medium.suffixes
    for spelled in (spelled for ending in endings for spelled in both_ways(plain + ending)):
        path = Path(os.path.normpath(base / spelled))
        if is_there(path) and path.is_relative_to(root):
            inside = Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))
            return path if inside else None
    return None


def _manifest(table_path: Path, root: Path, medium: Medium, by_ending: bool = False) -> Manifest | None:
    """Return the table as a list of files if one of its columns names files of the medium inside ``root``.

    ``by_ending`` spares the search where no cell ends like the name of such a file.
    """
    if table_path.stat().st_size > MAX_TABLE_BYTES:
        return None
    try:
        with opened(table_path) as table:
            head = table.lazy.head(TRIED_ROWS).collect()
            place = _place_of_names(head, table_path, root, medium, by_ending)
            if place is None:
                return None
            column, base = place
            cells = table.lazy.head(MAX_FILES).select(_as_text(table.lazy.collect_schema())).collect()
    except (ImportRefused, pl.exceptions.PolarsError):
        return None  # a file beside the others that is no readable table does not make these unreadable
    return Manifest(medium, cells, column, base, root, split_name(table_path.stem))


def _as_text(schema: pl.Schema) -> list[pl.Expr]:
    """Return every column as text, the members of lists joined."""
    return [
        pl.col(name).cast(pl.List(pl.String)).list.join(JOINED_BY)
        if isinstance(dtype, pl.List)
        else pl.col(name).cast(pl.String)
        for name, dtype in schema.items()
    ]


def _place_of_names(
    head: pl.DataFrame, table_path: Path, root: Path, medium: Medium, by_ending: bool
) -> tuple[str, Path] | None:
    folder = table_path.parent if table_path.is_relative_to(root) else root
    bases = [table_path.with_suffix(""), table_path.parent, *(folder / name for name in ("", *medium.folders))]
    for name, dtype in head.schema.items():
        if dtype != pl.String:
            continue
        cells = [cell.strip() for cell in head[name].drop_nulls()]
        if by_ending and not any(map(medium.owns, cells)):
            continue
        for base in bases:
            there = sum(locate(base, root, cell, medium) is not None for cell in cells)
            if there and 2 * there >= len(cells):
                return name, base
    return _names_below(head, folder, medium)


def _names_below(head: pl.DataFrame, folder: Path, medium: Medium) -> tuple[str, Path] | None:
    """Return the column whose cells end like files of the medium, at least half of which lie in folders below."""
    for name, dtype in head.schema.items():
        cells = [cell.strip() for cell in head[name].drop_nulls()] if dtype == pl.String else []
        if cells and all(map(medium.owns, cells)):
            wanted = {composed(cell.replace("\\", "/").rpartition("/")[2]) for cell in cells}
            if 2 * len(_below(folder, wanted)) >= len(wanted):
                return name, folder
    return None


def _below(folder: Path, names: set[str]) -> set[str]:
    """Return those of the names that a file below has, looking at so many files at most."""
    seen, there = 0, set[str]()
    for _, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        there |= names.intersection(map(composed, files))
        seen += len(files) + len(folders)
        if seen > LOOKED_THROUGH or len(there) == len(names):
            break
    return there


def _entry(place: Path | None, below: Below, name: str | None, label: str | None, split: str | None) -> Entry | Problem:
    if name is None:
        return Problem("", "A line of the list names no file.")
    path = place or below(name)
    if path is not None:
        return Entry(path, path.relative_to(below.root).as_posix(), label, split)
    stranger = below.stranger(name)
    if stranger is not None:
        return Problem(stranger.relative, by_ending(below.medium, "The list names this file, but it"))
    return Problem(name, "The list names this file, but it is not there (or lies outside the folder).")


def listed(source: Source, medium: Medium) -> list[Path]:
    """Return the file that each row of a list names, in row order; where it is absent, the place it should be.

    One that is named is returned whatever its ending: what is inside decides.

    Raises:
        ImportRefused: the table names no such files.
    """
    found = manifests(source, medium)
    if not found:
        raise ImportRefused(
            f"{source.path.name} names no {medium.thing}s that are there. Put it beside them and try again."
        )
    manifest, below = found[0], Below(source, found[0], found[0].named)
    names = manifest.table[manifest.column].fill_null("").str.strip_chars()
    return [
        place or below(name) or _otherwise(below, name) or _absent(manifest.base / Path(name).name)
        for name, place in zip(names, manifest.places, strict=True)
    ]


def _otherwise(below: Below, name: str) -> Path | None:
    stranger = below.stranger(name)
    return None if stranger is None else stranger.path


def _absent(place: Path) -> Path:
    """Return a place of this name where no file is: one that is there is another's of the same bare name."""
    while is_there(place):
        place = place.parent / "absent" / place.name
    return place
