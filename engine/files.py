"""Files written whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

UNREADABLE = (OSError, EOFError, ValueError, KeyError, TypeError, BadZipFile)  # what reading a torn file may raise
_WINDOWS_TRIES, _BETWEEN_TRIES_S = 20, 0.05


def replace(source: Path, target: Path) -> None:
    """Rename a file onto ``target``, or a folder to where nothing is.

    Windows refuses while somebody reads one of them, as a scanner reads what is new, so there it is tried for a second.
    """
    for left in reversed(range(_WINDOWS_TRIES if sys.platform == "win32" else 1)):
        try:
            source.replace(target)
            return
        except PermissionError:
            if not left:
                raise
            time.sleep(_BETWEEN_TRIES_S)


def write_bytes(path: Path, content: bytes) -> None:
    """Replace ``path`` atomically: a reader sees the old content or the new, after a crash too (OSError: full disk)."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_json(path: Path, content: Any) -> None:
    """Write ``content`` as JSON, atomically."""
    write_bytes(path, json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False).encode())


def commit(record: Path, content: Any, *parts: Path) -> None:
    """Write the JSON ``record`` once the files and folders it names, ``parts``, are on disk.

    So a power cut leaves a record and all that it names, the old or the new. What the old one alone named may be
    removed afterwards: file systems keep the order in which names come and go.
    """
    for part in parts:
        _flush(part)
    write_json(record, content)


def _flush(path: Path) -> None:
    """Have the system put a file, or all files in a folder, on disk (OSError: full disk)."""
    for file in [path, *path.rglob("*")]:
        if not file.is_file():
            continue
        try:
            handle = os.open(file, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
        except PermissionError:  # on Windows, a file that nobody may write to: it was there before
            continue
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def read_json(path: Path) -> Any:
    """Read JSON (OSError when absent, ValueError when damaged)."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except RecursionError as error:
        raise ValueError("its brackets are nested too deeply") from error


def link_tree(source: Path, target: Path) -> None:
    """Make ``target`` a copy of the immutable folder ``source``, by hard links where the disk allows.

    It is there whole or not at all, after a power cut too.
    """
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    shutil.copytree(source, temporary, copy_function=_link_or_copy)
    _flush(temporary)
    replace(temporary, target)


def _link_or_copy(source: str, target: str) -> str:
    link_file(Path(source), Path(target))
    return target


def link_file(source: Path, target: Path) -> None:
    """Make ``target`` a copy of the immutable file ``source``, by a hard link where the disk allows."""
    try:
        os.link(source, target)
    except OSError:  # another disk, or one without hard links
        shutil.copy2(source, target)
