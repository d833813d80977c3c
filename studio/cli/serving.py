"""The package that ``autodidact serve`` serves: what the person named, or an export of it."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from studio.cli.errors import CommandFailed, UsageError
from studio.cli.reporters import say

KEPT = "serving"
_ON_ITS_WAY_S = 3600.0
_PARTS = ("manifest.json", "model.onnx")


@contextmanager
def package_of(path: Path) -> Iterator[Path]:
    """Give the folder of a package for ``path``: itself, an unpacked bundle's, or an export of a run or model.

    The export of a run is kept in ``RUN/serving`` for the next time; that of a model elsewhere is gone at the end.

    Raises:
        UsageError: ``path`` is a file.
        ExportError: the model cannot be exported.
    """
    if path.is_file():
        raise UsageError(f"{path} is a file. Name a run folder, a model folder, or the folder of an unpacked bundle.")
    for folder in (path, path / "model"):
        if all((folder / part).is_file() for part in _PARTS):
            yield folder
            return
    with tempfile.TemporaryDirectory(prefix="autodidact-serve-") as scratch:
        yield _exported(path, Path(scratch))


def _exported(path: Path, scratch: Path) -> Path:
    """Return the folder of an export, made in a process of its own, whose memory the server does not carry."""
    spawned = multiprocessing.get_context("spawn")
    try:
        with ProcessPoolExecutor(1, mp_context=spawned) as process:
            return process.submit(export_for_serving, path, scratch).result()
    except BrokenProcessPool as error:
        raise CommandFailed(
            "The export was ended from outside, perhaps for want of memory. Nothing is served."
        ) from error


def export_for_serving(path: Path, scratch: Path) -> Path:
    """Return the kept export of a run's model where that is still the model it has, else make one.

    Raises:
        ExportError: the model cannot be exported.
    """
    from exporters.packaged import write_package
    from exporters.source import fingerprint, open_source

    kept = path / KEPT if (path / "plan.json").is_file() else None
    if kept is not None and (path / "model" / "model.json").is_file():
        place = kept / _name(fingerprint(path / "model"))
        if _is_whole(place):
            return place
        if place.exists():
            say("The export that was kept is damaged, so another is made.")
    say("The model is exported first, and compared with itself; this takes up to a minute.")
    source = open_source(path)
    packaged = write_package(source, scratch / source.name, lambda share, text: None)
    if kept is None:
        return packaged.folder
    return _keep(packaged.folder, kept, _name(source.fingerprint))


def _name(fingerprint: str) -> str:
    return f"{fingerprint[:16]}-{version('autodidact-studio')}"


def _is_whole(place: Path) -> bool:
    from exporters.standalone.package import NotAPackage, check_package

    if not place.is_dir():
        return False
    try:
        check_package(place)
    except (NotAPackage, OSError):
        return False
    return True


def _keep(package: Path, kept: Path, name: str) -> Path:
    """Move the package to where it is found the next time, and remove older ones.

    Another process may do the same at this moment, and serve what it has put there: what is whole stays.
    """
    place = kept / name
    coming = kept / f".{name}.{os.getpid()}.tmp"
    try:
        kept.mkdir(parents=True, exist_ok=True)
        _copy(package, coming)
    except OSError:  # the run lies where nothing can be written, or is full: it is exported anew each time
        return package
    if not _moved(coming, place):
        return package
    shutil.rmtree(package, ignore_errors=True)
    _remove_others(kept, name)
    return place


def _copy(package: Path, coming: Path) -> None:
    try:
        shutil.copytree(package, coming)
    except OSError:
        shutil.rmtree(coming, ignore_errors=True)
        raise


def _moved(coming: Path, place: Path) -> bool:
    """Put a package in its place, where there may be a damaged one, or by now a whole one of another process."""
    try:
        if place.exists() and not _is_whole(place):
            shutil.rmtree(place)
        coming.rename(place)
    except OSError:
        shutil.rmtree(coming, ignore_errors=True)
        return _is_whole(place)
    return True


def _remove_others(kept: Path, name: str) -> None:
    """Remove packages of other models; what is on its way is left to the process that puts it there, for a while."""
    for other in kept.iterdir():
        if other.name != name and not (other.name.startswith(".") and _is_young(other)):
            shutil.rmtree(other, ignore_errors=True)


def _is_young(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_ctime < _ON_ITS_WAY_S
    except OSError:  # it has got where it was going
        return True
