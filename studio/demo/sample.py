"""The sample project that ``make demo`` opens for a person."""

from __future__ import annotations

from pathlib import Path

from resources.paths import BLOOD_CELLS

NAME = "Blood cells"


def sample_project(home: Path) -> Path:
    """Return the sample project in ``home``, made from the bundled pictures when it is not there yet."""
    from labeling.importing import read, understand
    from labeling.project import Project

    folder = home / NAME
    if (folder / "project.db").is_file():
        return folder
    understanding = understand(BLOOD_CELLS)
    batch = read(understanding)
    project = Project.create(folder)
    try:
        project.add(understanding, batch)
    finally:
        project.close()
    return folder
