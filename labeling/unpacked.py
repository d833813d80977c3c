"""Where archives and data sets in one large file are laid out as files: once each, found again by their content.

A place is ``<home>/<hash>/<name>``. It is kept once something refers to its files (:func:`keep`); one whose import was
refused or cancelled is removed again (:func:`release`).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from labeling.batch import Problem
from labeling.errors import ImportRefused

LIST = "left out.txt"
KEPT = "in use"
MARK = ".autodidact-unpacked"  # holds the hash again, so that nobody's own folder is ever taken for one of these
UNFINISHED = "unfinished"
PIECE = 1 << 20
LEAST_FREE = 1 << 30  # bytes that stay free on the disk


def home() -> Path:
    """Return where this is: in ``AUTODIDACT_HOME``, or in ``Autodidact`` of the person's own folder."""
    given = os.environ.get("AUTODIDACT_HOME")
    return (Path(given) if given else Path.home() / "Autodidact") / "unpacked"


def laid_out(folder: Path, name: str, work: Callable[[Path], Sequence[Problem]]) -> Path:
    """Return ``folder/name``, which ``work`` fills and tells of what it left out, unless it is there already."""
    target, temporary = folder / _free(name), folder / UNFINISHED
    if target.is_dir():
        return target
    shutil.rmtree(temporary, ignore_errors=True)
    try:
        temporary.mkdir(parents=True)
        problems = work(temporary)
        lines = [f"{problem.path}\t{problem.sentence}\n" for problem in problems]
        (folder / LIST).write_text("".join(lines), encoding="utf-8")
        (folder / MARK).write_text(folder.name, encoding="utf-8")
        temporary.replace(target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        if not target.is_dir():
            shutil.rmtree(folder, ignore_errors=True)
    return target


def _free(name: str) -> str:
    """Return a name that none of our own files beside it has, in capitals or not."""
    return f"{name} (files)" if name.casefold() in (LIST, KEPT, MARK, UNFINISHED) else name


def is_laid_out(folder: Path) -> bool:
    """Return whether this folder was made by :func:`laid_out`."""
    mark = folder.parent / MARK
    try:
        return folder.is_dir() and mark.read_text(encoding="utf-8") == folder.parent.name
    except (OSError, UnicodeDecodeError):
        return False


def left_out(folder: Path) -> tuple[Problem, ...]:
    """Return what was left out of a folder that was laid out; nothing for any other folder."""
    if not is_laid_out(folder):
        return ()
    listed = (folder.parent / LIST).read_text(encoding="utf-8").splitlines()
    lines = (line.partition("\t") for line in listed)
    return tuple(Problem(name, sentence) for name, _, sentence in lines)


def keep(folder: Path) -> None:
    """Note that something refers to the files in a folder that was laid out; does nothing for any other folder."""
    if is_laid_out(folder):
        with suppress(OSError):  # without the note it might be laid out anew, which finds the same files
            (folder.parent / KEPT).touch()


def release(folder: Path) -> None:
    """Remove a folder that was laid out, unless something refers to its files; any other folder stays."""
    if is_laid_out(folder) and not (folder.parent / KEPT).exists():
        shutil.rmtree(folder.parent, ignore_errors=True)


def check_room(folder: Path, name: str) -> None:
    """Refuse to go on where the disk is nearly full.

    Raises:
        ImportRefused: there is less than :data:`LEAST_FREE` left.
    """
    if shutil.disk_usage(folder).free < LEAST_FREE:
        raise ImportRefused(f"There is no room on the disk to unpack {name}. Free some, or choose its folder unpacked.")


def fingerprint(paths: Iterable[Path], about: str = "") -> str:
    """Return a short hash of the bytes of files, and of what is known ``about`` them otherwise."""
    import xxhash

    digest = xxhash.xxh3_64(about.encode())
    for path in paths:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                digest.update(piece)
    return str(digest.hexdigest())
