"""What is written for the person: safe names, and files that appear together or not at all."""

from __future__ import annotations

import errno
import os
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from exporters.errors import ExportError, NotWritable
from exporters.placing import place, remove, scratch_prefix, staged_name
from exporters.standalone.described import is_reserved

_LONGEST = 60
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def safe_name(name: str) -> str:
    """Return ``name`` as a file name that every system accepts, without a suffix.

    >>> safe_name("My bolts & nuts / v2"), safe_name("…"), safe_name("CON")
    ('My-bolts-nuts-v2', 'model', 'model')
    """
    plain = unicodedata.normalize("NFKC", name)
    kept = "".join(letter if letter.isalnum() or letter in "_-" else " " for letter in plain)
    joined = "-".join(word for word in kept.replace("-", " ").split())
    while len(joined.encode()) > _LONGEST:
        joined = joined[:-1].rstrip("-")
    return "model" if not joined or is_reserved(joined) else joined


def write_together(files: Mapping[Path, bytes]) -> None:
    """Write ``files`` of one folder, which is made where needed; others in it stay.

    All are complete on the disk before the first gets its name.

    Raises:
        NotWritable: the disk is full or the folder may not be changed; nothing new is left behind.
    """
    staged: dict[Path, Path] = {}
    made: list[Path] = []
    try:
        for path, content in files.items():
            made += _absent(path.parent)
            path.parent.mkdir(parents=True, exist_ok=True)
            staged[path] = staged_name(path)
            _write_through(staged[path], content)
        place(staged)
    except BaseException as error:  # a cancel too
        _remove_all(staged.values())
        _remove_folders(made)
        if isinstance(error, OSError):
            raise _not_written(next(iter(files)).parent, error) from error
        raise
    finally:
        _remove_all(staged.values())


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """Give an empty folder on the disk of ``out``, which takes its place when the block ends without an error.

    What is written beside it, into its parent, is gone then.

    Raises:
        NotWritable: ``out`` holds something already, the disk is full, or the place may not be changed.
        ExportError: another file that the block needed could not be read.
    """
    refuse_taken(out)
    made: list[Path] = []
    try:
        with _written_to(out):
            made += _absent(out.parent)
            out.parent.mkdir(parents=True, exist_ok=True)
            scratch = TemporaryDirectory(dir=out.parent, prefix=scratch_prefix(out), ignore_cleanup_errors=True)
        with scratch as place:
            folder = Path(place) / "folder"
            with _written_to(out):
                folder.mkdir()
            with _worked_in(Path(place), out):
                yield folder
            with _written_to(out):
                refuse_taken(out)
                if out.exists():
                    out.rmdir()
                folder.rename(out)  # on one disk: at once, and never into a folder that came meanwhile
    except BaseException:  # a cancel too
        _remove_folders(made)
        raise


@contextmanager
def _written_to(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _not_written(out, error) from error


@contextmanager
def _worked_in(place: Path, out: Path) -> Iterator[None]:
    """Tell what went wrong with files while what is to become ``out`` was made in ``place``."""
    try:
        yield
    except OSError as error:
        within = isinstance(error.filename, str) and Path(error.filename).is_relative_to(place)
        if within or error.errno in _NO_ROOM:
            raise _not_written(out, error) from error
        raise unfinished(error) from error
    except NotWritable as error:  # of a file inside, which the person knows nothing of
        if not isinstance(error.__cause__, OSError):
            raise
        raise _not_written(out, error.__cause__) from error.__cause__


def unfinished(error: OSError) -> ExportError:
    """Return what is told of a full disk, or of a file that could not be read, while an export was being made."""
    if error.errno in _NO_ROOM:
        return NotWritable(f"There is no room for the export ({error.strerror}). Nothing was written. Make room.")
    which = "" if error.filename is None else f"{error.filename}: "
    return ExportError(
        f"The export could not be finished ({which}{error.strerror or error}). Nothing was written. "
        "See that what it needs is there and can be read, and export again."
    )


def refuse_taken(out: Path) -> None:
    """Let pass a folder to write into that is absent or empty.

    Raises:
        NotWritable: there is something already, which is never overwritten.
    """
    if out.is_symlink() or (out.exists() and (not out.is_dir() or any(out.iterdir()))):
        raise NotWritable(f"{out} is there already and is not overwritten. Remove it, or choose another folder.")


def _absent(folder: Path) -> list[Path]:
    """Return which of a folder and those around it are to be made, the outermost first."""
    return [place for place in (folder, *folder.parents) if not place.exists()][::-1]


def _remove_folders(made: Sequence[Path]) -> None:
    """Remove folders that were made for nothing, the innermost first."""
    for folder in reversed(made):
        with suppress(OSError):  # something else came into it meanwhile, and stays
            folder.rmdir()


def _remove_all(paths: Iterable[Path]) -> None:
    for path in paths:
        remove(path)


def _not_written(folder: Path, error: OSError) -> NotWritable:
    if isinstance(error, FileExistsError | NotADirectoryError):
        return NotWritable(
            f"The export cannot be written to {folder}: there is a file where a folder is needed. It was left alone. "
            "Choose another folder."
        )
    return NotWritable(
        f"The export cannot be written to {folder} ({error.strerror or error}). Nothing was changed there. "
        "Make room, or choose another folder."
    )


def _write_through(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
