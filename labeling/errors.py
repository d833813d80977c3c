"""What can go wrong with data and projects, as one tree.

LabelingError
├── ImportRefused        these files cannot be taken in, or not be learned from
├── ExportRefused        the labels cannot be written, or not in this format
├── MediaRefused         one file cannot be opened; the rest can
├── Cancelled            the person stopped it
└── ProjectError
    ├── ProjectMissing   there is no project in this folder
    ├── ProjectExists    the folder already holds something
    ├── ProjectInUse     another process has it open
    ├── ProjectDamaged   the database cannot be read
    └── ProjectTooNew    a newer version of the studio made it

Every message says what happened, what was done and what the person can do.
"""

from __future__ import annotations


class LabelingError(Exception):
    """Something the person can be told in one sentence."""


class ImportRefused(LabelingError):
    """These files cannot be taken in, or not be learned from."""


class ExportRefused(LabelingError):
    """The labels cannot be written, or not in this format."""


class MediaRefused(LabelingError):
    """One picture, sound or text cannot be opened."""


class Cancelled(LabelingError):
    """The person stopped it."""

    def __init__(self) -> None:
        super().__init__("Stopped before it was done. Nothing was changed.")


class ProjectError(LabelingError):
    """A project cannot be opened or written."""


class ProjectMissing(ProjectError):
    """There is no project in this folder."""


class ProjectExists(ProjectError):
    """The folder for a new project already holds something."""


class ProjectDamaged(ProjectError):
    """The database of a project cannot be read."""


class ProjectTooNew(ProjectError):
    """A newer version of the studio made this project."""


class ProjectInUse(ProjectError):
    """Another process has the project open.

    Attributes:
        host: the computer it is open on.
        pid: the process there.
        since: local time it was opened, ``YYYY-MM-DD HH:MM``.
    """

    def __init__(self, host: str, pid: int, since: str) -> None:
        super().__init__(
            f"This project is already open on {host} since {since} (process {pid}). "
            "Close it there, then open it here again."
        )
        self.host = host
        self.pid = pid
        self.since = since
