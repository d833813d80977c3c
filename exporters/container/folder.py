"""A folder that appears whole, or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from exporters.errors import NotWritable
from exporters.packaged import refuse_taken


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """Give an empty folder on the disk of ``out``, which takes its place when the block ends without an error.

    Raises:
        NotWritable: ``out`` holds something already, the disk is full, or the place may not be changed.
    """
    refuse_taken(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as scratch:
            folder = Path(scratch) / "folder"
            folder.mkdir()
            yield folder
            refuse_taken(out)
            if out.exists():
                out.rmdir()
            shutil.move(folder, out)
    except OSError as error:
        raise NotWritable(
            f"The export cannot be written to {out} ({error.strerror or error}). Nothing was changed there. "
            "Make room, or choose another folder."
        ) from error
