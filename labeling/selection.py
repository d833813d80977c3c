"""Several files and folders that were dropped at once: what of them belongs together.

Loose pictures, the folders of a few classes, a list beside the files it names: these are one drop. A data set in a
folder of its own, an archive or a lone table is one of its own each.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from labeling.archives import is_archive
from labeling.media import MEDIA
from labeling.splits import split_name
from labeling.tables.source import is_real_table

PARTS = frozenset({"images", "image", "labels", "annotations", "jpegimages", "imagesets", "media"})


@dataclass(frozen=True, slots=True)
class Selection:
    """Something to understand as one: ``path`` itself, or what is ``chosen`` of the folder there."""

    path: Path
    chosen: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What it is called while it is looked at."""
        return f"{len(self.chosen):,} things from “{self.path.name}”" if self.chosen else f"“{self.path.name}”"


def grouped(paths: Sequence[Path]) -> list[Selection]:
    """Return what was dropped, that which belongs together as one, in the order of the drop.

    >>> grouped([Path("/photos")])
    [Selection(path=PosixPath('/photos'), chosen=())]
    """
    by_parent: dict[Path, list[Path]] = {}
    for path in dict.fromkeys(Path(os.path.normpath(path.absolute())) for path in paths):
        by_parent.setdefault(path.parent, []).append(path)
    return [selection for parent, inside in by_parent.items() for selection in _of_one_folder(parent, inside)]


def _of_one_folder(parent: Path, paths: list[Path]) -> list[Selection]:
    alone = [path for path in paths if is_archive(path) or _is_data_set(path)]
    rest = [path for path in paths if path not in set(alone)]
    if len(rest) > 1 and _belong_together(rest):
        together = Selection(parent, tuple(sorted(path.name for path in rest)))
        return [together, *map(Selection, alone)]
    return [Selection(path) for path in paths]


def _belong_together(paths: list[Path]) -> bool:
    folders = [path for path in paths if path.is_dir()]
    media = any(medium.owns(path.name) for medium in MEDIA.values() for path in paths if path.suffix.lower() != ".txt")
    texts = sum(path.suffix.lower() == ".txt" for path in paths)
    parts_of_table = all(is_real_table(path) and split_name(path.stem) for path in paths)
    return bool(folders) or media or texts > 1 or parts_of_table


def _is_data_set(path: Path) -> bool:
    """Return whether a folder is laid out by itself: it holds folders, or a project, and is no part like ``train``."""
    if not path.is_dir() or split_name(path.name) is not None or path.name.lower() in PARTS:
        return False
    try:
        with os.scandir(path) as entries:
            return any(entry.name == "project.db" or _is_folder(entry) for entry in entries)
    except OSError:
        return True


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False)
