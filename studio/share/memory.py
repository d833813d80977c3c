"""What was exported of each run, remembered in the project, so that it is found again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.changes import keep_setting
from studio.share.exporting import Exported

if TYPE_CHECKING:
    from labeling.project import Project

_SETTING, _FOLDER = "share.exports", "share.folder"
_RUNS = 20


def remembered(project: Project | None, run: Path) -> dict[str, Exported]:
    """Return the latest export of the run for each target."""
    found: dict[str, Exported] = {}
    for target, said in _of_run(project, run).items():
        try:
            found[target] = Exported.read(said)
        except (KeyError, TypeError, ValueError, AttributeError):  # written by another version
            continue
    return found


def remember(project: Project | None, run: Path, exported: Exported) -> None:
    """Keep an export as the latest of its run and target; runs long ago are forgotten."""
    if project is None:
        return
    known = _all(project)
    own = {**_of_run(project, run), exported.target: dict(exported.said)}
    others = [(name, said) for name, said in known.items() if name != run.name]
    keep_setting(project, _SETTING, dict([*others[1 - _RUNS :], (run.name, own)]))


def usual_folder(project: Project | None) -> Path:
    """Return the folder that the person chose last, else the home folder."""
    chosen = project.setting(_FOLDER) if project is not None else None
    return Path(chosen) if isinstance(chosen, str) and Path(chosen).is_dir() else Path.home()


def choose_folder(project: Project | None, folder: Path) -> None:
    """Keep the folder that the person chose."""
    keep_setting(project, _FOLDER, str(folder))


def _all(project: Project | None) -> dict[str, Any]:
    stored = project.setting(_SETTING) if project is not None else None
    return stored if isinstance(stored, dict) else {}


def _of_run(project: Project | None, run: Path) -> dict[str, Any]:
    own = _all(project).get(run.name)
    return own if isinstance(own, dict) else {}
