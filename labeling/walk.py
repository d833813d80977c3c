"""Walk a folder from outside: with limits, and never out of it.

Hidden files are skipped. Links to folders are not followed, so a loop cannot hang the walk; a link to a file counts
where the file lies inside the folder.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from labeling.batch import Problem, Watch
from labeling.errors import ImportRefused
from labeling.media.base import Medium

MAX_FILES = 500_000
MAX_DEPTH = 12
SKIPPED = ("__macosx", "thumbs.db", "desktop.ini")


@dataclass(frozen=True, slots=True)
class Found:
    """A file inside the folder; ``relative`` is its path from there with ``/``."""

    path: Path
    relative: str

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders between the root and the file."""
        return tuple(self.relative.split("/")[:-1])


@dataclass
class Walk:
    """The files found, in a stable order, and what was passed over."""

    root: Path
    files: list[Found] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def ending(self, *endings: str) -> list[Found]:
        """Return the files whose names end so, in capitals or not."""
        return [found for found in self.files if found.relative.lower().endswith(endings)]

    def of(self, medium: Medium) -> list[Found]:
        """Return the files that are of a medium by their ending."""
        return [found for found in self.files if medium.owns(found.relative)]


def walk(root: Path, watch: Watch, chosen: Sequence[str] = ()) -> Walk:
    """Return all files in ``root``, or those that are among its entries ``chosen``; just the file itself if it is one.

    Raises:
        ImportRefused: there is nothing at ``root``, or too much.
        Cancelled: the person stopped it.
    """
    result = Walk(root)
    if root.is_file():
        result.files.append(Found(root, root.name))
        return result
    if not root.is_dir():
        raise ImportRefused(f"There is nothing at {root}. Check the name and whether the drive is connected.")
    inside = Path(os.path.realpath(root))
    wanted = frozenset(chosen)
    waiting = [(root, "", 0)]
    while waiting:
        folder, prefix, depth = waiting.pop()
        watch.step(len(result.files), 0)
        for entry in reversed(_entries(folder, prefix, result)):
            if wanted and not prefix and entry.name not in wanted:
                continue
            relative = prefix + entry.name
            if _is_walkable(entry, relative, depth, result):
                waiting.append((Path(entry.path), relative + "/", depth + 1))
            elif _is_welcome(entry, relative, inside, result):
                result.files.append(Found(Path(entry.path), relative))
        if len(result.files) > MAX_FILES:
            raise ImportRefused(
                f"{root.name} holds more than {MAX_FILES:,} files, which is the limit. Choose a folder inside it."
            )
    result.files.sort(key=lambda found: found.relative)
    return result


def _entries(folder: Path, prefix: str, result: Walk) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            visible = [entry for entry in entries if not _is_hidden(entry.name)]
    except OSError as error:
        result.problems.append(Problem(prefix or ".", f"This folder could not be opened ({error.strerror})."))
        return []
    readable = [entry for entry in visible if _is_text(entry.name)]
    for entry in set(visible) - set(readable):
        shown = prefix + entry.name.encode("utf-8", "replace").decode()
        result.problems.append(Problem(shown, "Its name is not readable text, so it was left out. Rename it."))
    return sorted(readable, key=lambda entry: entry.name)


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name.lower() in SKIPPED


def _is_text(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _is_walkable(entry: os.DirEntry[str], relative: str, depth: int, result: Walk) -> bool:
    if not entry.is_dir(follow_symlinks=False):
        return False
    if depth + 1 < MAX_DEPTH:
        return True
    result.problems.append(Problem(relative, f"It lies deeper than {MAX_DEPTH} folders, so it was left out."))
    return False


def _is_welcome(entry: os.DirEntry[str], relative: str, inside: Path, result: Walk) -> bool:
    if entry.is_file(follow_symlinks=False):
        return True
    if not entry.is_symlink():
        if not entry.is_dir(follow_symlinks=False):
            result.problems.append(Problem(relative, "It is no ordinary file, so it was left out."))
        return False
    target = Path(os.path.realpath(entry.path))
    if target.is_dir():
        result.problems.append(Problem(relative, "It is a link to a folder; such links are not followed."))
    elif not target.is_relative_to(inside):
        result.problems.append(Problem(relative, "It is a link out of the folder, so it was left out."))
    elif not target.is_file():
        result.problems.append(Problem(relative, "It is a link to a file that is not there."))
    else:
        return True
    return False
