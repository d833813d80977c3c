"""What is written for the person: safe names, and files that appear together or not at all."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from exporters.errors import NotWritable

_LONGEST = 60
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


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
    return "model" if not joined or joined.lower() in _RESERVED else joined


def write_together(files: Mapping[Path, bytes]) -> None:
    """Write ``files`` of one folder, which is made where needed; others in it stay.

    All are complete on the disk before the first gets its name.

    Raises:
        NotWritable: the disk is full or the folder may not be changed; nothing new is left behind.
    """
    staged: dict[Path, Path] = {}
    try:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            staged[path] = path.with_name(f".{path.name}.{os.getpid()}.tmp")
            _write_through(staged[path], content)
        for path, temporary in staged.items():
            temporary.replace(path)
    except OSError as error:
        folder = next(iter(files)).parent
        reason = error.strerror or str(error)
        raise NotWritable(
            f"The export cannot be written to {folder} ({reason}). Nothing was changed there. "
            "Make room, or choose another folder."
        ) from error
    finally:
        for temporary in staged.values():
            _remove(temporary)


def _write_through(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:  # the folder went away or was never one: there is nothing to remove
        return
