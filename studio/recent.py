"""The projects opened lately, and where new ones are put."""

from __future__ import annotations

import os
import re
from pathlib import Path

from PySide6.QtCore import QSettings, QStandardPaths

_KEPT = 8


def home() -> Path:
    """Return the folder new projects are made in: ``AUTODIDACT_HOME``, or ``Autodidact`` among the documents."""
    given = os.environ.get("AUTODIDACT_HOME")
    if given:
        return Path(given)
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(documents or Path.home()) / "Autodidact"


def fresh_project_path(source: Path) -> Path:
    """Return a free place for a project made from ``source``, named like it."""
    stem = source.stem if source.is_file() else source.name
    name = " ".join(re.sub(r'[\x00-\x1f<>:"/\\|?*]+', " ", stem).split()).strip(" .")[:60] or "Project"
    candidate = home() / name
    number = 2
    while candidate.exists():
        candidate = home() / f"{name} {number}"
        number += 1
    return candidate


def recent() -> list[Path]:
    """Return the projects opened lately that still exist, newest first."""
    return [path for path in _stored() if (path / "project.db").is_file()]


def remember(path: Path) -> None:
    """Put a project at the top of the recent ones."""
    rest = [other for other in _stored() if other != path]  # also those on a disk that is not there just now
    QSettings().setValue("recent", [str(place) for place in [path, *rest][:_KEPT]])


def _stored() -> list[Path]:
    stored = QSettings().value("recent", [])
    names = stored if isinstance(stored, list) else [stored] if isinstance(stored, str) else []
    return [Path(name) for name in names]
