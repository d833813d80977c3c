"""How files get their names: together or not at all, and what is left of that when a process is ended by force."""

from __future__ import annotations

import glob
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_NEW, _OLD = "tmp", "old"


def staged_name(path: Path) -> Path:
    """Return where this process writes what is to become the file ``path``, beside it."""
    return _beside(path, _NEW)


def scratch_prefix(out: Path) -> str:
    """Return how the name of the folder begins in which this process makes the folder ``out``, beside it."""
    return f".{out.name}-{os.getpid()}-"


def place(staged: Mapping[Path, Path]) -> None:
    """Give all files their names; ``staged`` has by its name where each lies now.

    Raises:
        OSError: one cannot be placed; what stood there before is there again.
    """
    old: dict[Path, Path | None] = {}
    *first, _last = staged  # the last one needs no way back
    try:
        for path, temporary in staged.items():
            if path in first:
                old[path] = _set_aside(path)
            temporary.replace(path)
    except BaseException:  # a cancel too
        for path, before in old.items():
            if before is not None:
                before.replace(path)
            elif not staged[path].exists():
                remove(path)
        raise
    for before in old.values():
        if before is not None:
            remove(before)


def remove(path: Path) -> None:
    """Remove a file, if it is there and the folder lets it go."""
    with suppress(OSError):  # the folder went away or was never one: there is nothing to remove
        path.unlink(missing_ok=True)


def remove_stale(out: Path, process: int) -> None:
    """Remove what an export into ``out`` left behind that was ended by force, and give files their names back.

    ``process`` is what the system called the process, which has ended; its number is in the names, so that nothing
    else is touched.
    """
    for old in _found(out, f".*.{process}.{_OLD}"):
        with suppress(OSError):  # the folder may not be changed any more: the file stays under its other name
            old.replace(old.with_name(old.name[1:].removesuffix(f".{process}.{_OLD}")))
    for path in _found(out, f".*.{process}.{_NEW}"):
        remove(path)
    for path in _found(out.parent, f".{glob.escape(out.name)}-{process}-*"):
        shutil.rmtree(path, ignore_errors=True)


def _found(folder: Path, pattern: str) -> list[Path]:
    try:
        return list(folder.glob(pattern))
    except OSError:
        return []


def _beside(path: Path, kind: str) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.{kind}")


def _set_aside(path: Path) -> Path | None:
    """Give a file another name and return that; None where there is none, or a folder, which no file can replace."""
    if path.is_symlink() or path.is_file():
        return path.replace(_beside(path, _OLD))
    return None
