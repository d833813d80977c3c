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
    _store([path, *(other for other in _stored() if other != path)])


def forget(path: Path) -> None:
    """Take a project off the recent ones."""
    _store([other for other in _stored() if other != path])


def _store(paths: list[Path]) -> None:
    """Keep the newest, and as many of those that are not there just now: their disk may come back."""
    there = [path for path in paths if (path / "project.db").is_file()][:_KEPT]
    away = [path for path in paths if not (path / "project.db").is_file()][:_KEPT]
    QSettings().setValue("recent", [str(path) for path in paths if path in there or path in away])


def _stored() -> list[Path]:
    stored = QSettings().value("recent", [])
    names = stored if isinstance(stored, list) else [stored] if isinstance(stored, str) else []
    return [Path(name) for name in names]
