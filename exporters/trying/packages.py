"""The package in what was exported: a folder, a container's folder, or a zip."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from exporters.errors import NotOurs
from exporters.standalone.described import MANIFEST, MODEL
from exporters.verify.unpack import unpack


def is_tryable(path: Path) -> bool:
    """Whether there may be a package at ``path``; looks at names alone."""
    return path.suffix == ".zip" if path.is_file() else _within(path) is not None


@contextmanager
def package_in(path: Path) -> Iterator[Path]:
    """Give the folder of the package in a folder or zip; what was unpacked is gone at the end.

    Raises:
        NotOurs: there is none.
        NotAPackage: the zip is damaged or hostile.
    """
    if path.is_dir():
        yield _found(path)
        return
    if not path.exists():
        raise NotOurs(f"{path} is not there any more. Export the model again.")
    with TemporaryDirectory(prefix="autodidact-try-") as scratch:
        folder = Path(scratch) / "unpacked"
        unpack(path, folder)
        yield _found(folder)


def _found(folder: Path) -> Path:
    found = _within(folder)
    if found is None:
        raise NotOurs(f"{folder.name} holds no model that can be tried here. Export the model again.")
    return found


def _within(folder: Path) -> Path | None:
    if not folder.is_dir():
        return None
    within = sorted(path for path in folder.iterdir() if path.is_dir())
    return next((place for place in (folder, *within) if _has_parts(place)), None)


def _has_parts(folder: Path) -> bool:
    return all((folder / part).is_file() for part in (MANIFEST, MODEL))
