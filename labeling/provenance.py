"""Where the samples of a run come from, kept beside them as ``sources.json``: a list of JSON objects, one an import."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from engine.files import write_json
from labeling.understanding import Understanding

SOURCES = "sources.json"
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Origin:
    """One import.

    Attributes:
        name: of the file or the folder, without what stands above it: that tells about people.
        format: what it was understood as.
        tool: whose annotation files the labels come from, empty where they come from none.
        samples: how many it held.
        taken_in: when, in local time as ISO 8601 has it; empty where that is not known.
        bytes: of the file as it was when the run began; None for a folder, or a file that was gone.
        sha256: of the same bytes, in hexadecimal.
        set_apart: how many of the samples the data itself keeps for the test.
    """

    name: str
    format: str
    tool: str
    samples: int
    taken_in: str
    bytes: int | None = None
    sha256: str | None = None
    set_apart: int = 0

    @classmethod
    def of(cls, understanding: Understanding, taken_in: str = "") -> Origin:
        """Return the origin of what was understood, now where ``taken_in`` is empty; a file is read for its SHA-256."""
        path = understanding.source
        size, digest = _of_file(path)
        moment = taken_in or datetime.now().isoformat(timespec="seconds")
        apart = understanding.set_apart if understanding.apart else 0
        held = understanding.samples
        return cls(path.name, understanding.format, understanding.origin, held, moment, size, digest, apart)


def _of_file(path: Path) -> tuple[int, str] | tuple[None, None]:
    if not path.is_file():
        return None, None
    size, digest = 0, hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                size += len(block)
                digest.update(block)
    except OSError:  # it may not be read any more; the samples are there already
        return None, None
    return size, digest.hexdigest()


def write_origins(run: Path, origins: Sequence[Origin]) -> None:
    """Write down in the folder of a run where its samples come from."""
    write_json(run / SOURCES, [asdict(origin) for origin in origins])
