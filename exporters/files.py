"""What is written for the person: safe names, and files that appear together or not at all."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from exporters.errors import NotWritable
from exporters.placing import place, remove, scratch_prefix, staged_name
from exporters.standalone.described import is_reserved

_LONGEST = 60


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
            made += _make(path.parent)
            staged[path] = staged_name(path)
            _write_through(staged[path], content)
        place(staged)
    except OSError as error:
        _remove_all(staged.values())
        for folder in reversed(made):
            with suppress(OSError):  # something else came into it meanwhile, and stays
                folder.rmdir()
        raise _not_written(next(iter(files)).parent, error) from error
    finally:
        _remove_all(staged.values())


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """Give an empty folder on the disk of ``out``, which takes its place when the block ends without an error.

    What is written beside it, into its parent, is gone then.

    Raises:
        NotWritable: ``out`` holds something already, the disk is full, or the place may not be changed.
    """
    refuse_taken(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=out.parent, prefix=scratch_prefix(out)) as scratch:
            folder = Path(scratch) / "folder"
            folder.mkdir()
            yield folder
            refuse_taken(out)
            if out.exists():
                out.rmdir()
            folder.rename(out)  # on one disk: at once, and never into a folder that came meanwhile
    except OSError as error:
        raise _not_written(out, error) from error
    except NotWritable as error:  # of a file inside, which the person knows nothing of
        if not isinstance(error.__cause__, OSError):
            raise
        raise _not_written(out, error.__cause__) from error.__cause__


def refuse_taken(out: Path) -> None:
    """Let pass a folder to write into that is absent or empty.

    Raises:
        NotWritable: there is something already, which is never overwritten.
    """
    if out.is_symlink() or (out.exists() and (not out.is_dir() or any(out.iterdir()))):
        raise NotWritable(f"{out} is there already and is not overwritten. Remove it, or choose another folder.")


def _make(folder: Path) -> list[Path]:
    """Make a folder and those around it, and return the new ones, the outermost first."""
    absent = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return absent[::-1]


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
