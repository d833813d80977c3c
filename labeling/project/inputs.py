"""Write the inputs of tables: beside the database first, for large ones take seconds, and put them in place in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from engine.dataset import INPUT_PREFIX
from labeling.errors import ProjectError

if TYPE_CHECKING:
    import polars as pl


def has_inputs(frame: pl.DataFrame) -> bool:
    """Return whether samples are rows of a table, and there are any."""
    return frame.height > 0 and any(name.startswith(INPUT_PREFIX) for name in frame.columns)


@contextmanager
def written_inputs(frame: pl.DataFrame, folder: Path) -> Iterator[Path]:
    """Yield a file in ``folder`` with the inputs of rows, which is removed if it stays there.

    Raises:
        ProjectError: the disk is full or cannot be written.
    """
    import polars as pl

    inputs = [name for name in frame.columns if name.startswith(INPUT_PREFIX)]
    path = folder / f"{uuid4().hex}.tmp"
    try:
        try:
            folder.mkdir(exist_ok=True)
            frame.select(inputs).write_parquet(path)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise _unwritten(folder, error) from error
        yield path
    finally:
        with suppress(OSError):  # what went wrong before is what has to be told
            path.unlink(missing_ok=True)


def put_inputs(written: Path, path: Path) -> None:
    """Put a file of inputs where it belongs.

    Raises:
        ProjectError: the disk cannot be written.
    """
    try:
        written.replace(path)
    except OSError as error:
        raise _unwritten(path.parent, error) from error


def _unwritten(folder: Path, error: Exception) -> ProjectError:
    return ProjectError(
        f"The table could not be written to {folder} ({error}), so nothing was changed. Make room there, then try "
        "again."
    )
