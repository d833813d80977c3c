"""Where a run's samples were taken in from, as ``sources.json`` in its folder says; what is damaged is left out."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SOURCES = "sources.json"
_MOST, _MOST_BYTES = 20, 1_000_000
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Origin:
    """One import: the name of its file or folder, how many samples it held, when, and which file it was then.

    ``size`` in bytes and ``sha256`` are None for a folder; ``set_apart`` is how many samples came as a test part.
    """

    name: str
    samples: int | None
    taken_in: str
    size: int | None
    sha256: str | None
    set_apart: int = 0


def read_origins(run: Path) -> tuple[Origin, ...]:
    """Return the imports in the order they were made; none where nothing was written down."""
    path = run / SOURCES
    try:
        if path.stat().st_size > _MOST_BYTES:
            return ()
        said = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return ()
    entries = said[:_MOST] if isinstance(said, list) else []
    return tuple(_origin(entry) for entry in entries if isinstance(entry, dict) and isinstance(entry.get("name"), str))


def _origin(entry: Mapping[str, object]) -> Origin:
    samples, size, apart = (_number(entry.get(key)) for key in ("samples", "bytes", "set_apart"))
    moment, digest = entry.get("taken_in"), entry.get("sha256")
    return Origin(
        str(entry["name"]),
        samples,
        moment.replace("T", " ") if isinstance(moment, str) else "",
        size,
        digest if isinstance(digest, str) and _DIGEST.fullmatch(digest) else None,
        max(0, apart or 0),
    )


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
