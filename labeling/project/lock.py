"""One process at a time works on a project.

The operating system holds the lock and lets go of it when the process ends, however it ends, so no lock outlives its
owner. The file says who holds it, for the message; it is left empty by a project that was closed properly.
"""

from __future__ import annotations

import errno
import json
import os
import socket
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import IO

from labeling.errors import ProjectError, ProjectInUse

TAKEN = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
LOCKED_BYTE = 1 << 20  # far behind the text, which others must be able to read while it is locked


class Lock:
    """The lock of an open project."""

    def __init__(self, file: IO[str], unclean: bool) -> None:
        self._file = file
        self.unclean = unclean

    @classmethod
    def take(cls, path: Path) -> Lock:
        """Take the lock at ``path``. ``unclean`` says that its last owner did not close the project.

        Raises:
            ProjectInUse: another process, or another window of this one, has it.
            ProjectError: the drive knows no locks or cannot be written.
        """
        try:
            file = path.open("a+", encoding="utf-8")
        except OSError as error:
            raise ProjectError(f"{path.parent} cannot be written ({error.strerror}). Check its permissions.") from error
        try:
            _lock(file)
        except OSError as error:
            file.seek(0)
            owner = file.read()
            file.close()
            if error.errno in TAKEN:
                raise _in_use(owner) from error
            raise ProjectError(
                f"The drive of {path.parent} knows no locks ({error.strerror}). "
                "Move the project to a drive of this computer."
            ) from error
        file.seek(0)
        unclean = bool(file.read())
        lock = cls(file, unclean)
        since = datetime.now().strftime("%Y-%m-%d %H:%M")
        try:
            lock._write({"host": socket.gethostname(), "pid": os.getpid(), "since": since})
        except OSError as error:
            with suppress(OSError):  # what could not be written is tried once more
                file.close()
            raise ProjectError(
                f"{path.parent} cannot be written ({error.strerror}). Free some space on its disk, then open it again."
            ) from error
        return lock

    def release(self) -> None:
        """Let go; a second time nothing happens."""
        if self._file.closed:
            return
        with suppress(OSError):  # a full disk: the next one to open it takes a closer look
            self._write(None)
        with suppress(OSError):
            self._file.close()

    def _write(self, owner: dict[str, str | int] | None) -> None:
        self._file.seek(0)
        self._file.truncate()
        if owner is not None:
            self._file.write(json.dumps(owner))
        self._file.flush()


def _in_use(owner: str) -> ProjectInUse:
    try:
        data = json.loads(owner)
        return ProjectInUse(str(data["host"]), int(data["pid"]), str(data["since"]))
    except (ValueError, KeyError, TypeError):  # it is being opened or closed at this moment
        return ProjectInUse(socket.gethostname(), 0, "just now")


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[str]) -> None:
        file.seek(LOCKED_BYTE)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[str]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
