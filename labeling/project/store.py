"""The database of a project: one connection a thread, one transaction idea.

Write-ahead logging with ``synchronous=FULL``: what :meth:`Store.atomic` has left is on the disk, whatever happens next.
Readers in other threads never wait for a writer.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from labeling.errors import ProjectDamaged, ProjectError

BUSY_MILLISECONDS = 10_000


class Store:
    """An open SQLite file. Without ``durable`` a power cut may lose the latest changes, which suits a cache."""

    def __init__(self, path: Path, durable: bool = True) -> None:
        self._path = path
        self._synchronous = "FULL" if durable else "OFF"
        self._local = threading.local()
        self._writing = threading.RLock()
        self._connections: list[sqlite3.Connection] = []
        self._closed = False
        self._idle = threading.Condition()
        self._users = 0

    @property
    def connection(self) -> sqlite3.Connection:
        """This thread's connection, opened at first use.

        Raises:
            ProjectDamaged: the file is no database.
            ProjectError: it cannot be opened, or was closed.
        """
        if self._closed:
            raise ProjectError("The project was closed. Open it again to go on.")
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._connect()
            self._local.connection = connection
        return connection

    @contextmanager
    def atomic(self) -> Iterator[sqlite3.Connection]:
        """Hold a write transaction: all of it is committed at the end, or nothing. May be nested.

        Raises:
            ProjectError: the disk is full or cannot be written.
            ProjectDamaged: the file is damaged.
        """
        with self._using() as connection, self._writing:
            if connection.in_transaction:
                yield connection
                return
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            except sqlite3.OperationalError as error:
                _roll_back(connection)
                raise ProjectError(
                    f"The change could not be saved ({error}). Everything before it is safe. "
                    "Make room on the disk, or check that the folder can be written."
                ) from error
            except BaseException as error:
                _roll_back(connection)
                if type(error) is not sqlite3.DatabaseError:  # those of its kinds are mistakes in what was asked for
                    raise
                raise ProjectDamaged(
                    f"The project in {self._path.parent} is damaged ({error}), so the change was not saved. "
                    "Restore project.db from a backup, or import your files into a new project."
                ) from error

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """Return all rows of a query.

        Raises:
            ProjectDamaged: the file is damaged.
        """
        with self._reading() as connection:
            return connection.execute(sql, values).fetchall()

    def portions(self, sql: str, values: Sequence[Any], size: int) -> Iterator[list[Any]]:
        """Yield the rows of a query, at most ``size`` at a time.

        Raises:
            ProjectDamaged: the file is damaged.
        """
        with self._reading() as connection:
            found = connection.execute(sql, values)
            while portion := found.fetchmany(size):
                yield portion

    def value(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """Return the first value of the first row, or None."""
        found = self.rows(sql, values)
        return found[0][0] if found else None

    def fold_log(self, waiting: bool = True) -> None:
        """Fold the write-ahead log into the file: after much was written, or the next small change would have to.

        Without ``waiting`` other threads may write meanwhile, and what they hold up is left for the next time. So is
        what the disk has no room for: it is committed and safe in the log.
        """
        with self._using() as connection, suppress(sqlite3.OperationalError):
            connection.execute(f"PRAGMA wal_checkpoint({'TRUNCATE' if waiting else 'PASSIVE'})")

    def close(self) -> None:
        """Close every thread's connection, once no thread is reading or writing; the write-ahead log is folded in."""
        with self._idle:
            self._closed = True
            self._idle.wait_for(lambda: not self._users)
        for connection in self._connections:
            connection.close()
        self._connections.clear()
        self._local = threading.local()

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        """Lend this thread's connection: SQLite crashes where one is closed by another thread while in use."""
        with self._idle:
            self._users += 1
        try:
            yield self.connection
        finally:
            with self._idle:
                self._users -= 1
                self._idle.notify_all()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._using() as connection:
                yield connection
        except sqlite3.OperationalError as error:
            raise ProjectError(
                f"{self._path} cannot be read ({error}). Check that its drive is connected and has free space."
            ) from error
        except sqlite3.DatabaseError as error:
            raise damaged(self._path, error) from error

    def _connect(self) -> sqlite3.Connection:
        try:
            # Closing happens from the thread that closes the project, hence check_same_thread.
            connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        except sqlite3.OperationalError as error:
            raise ProjectError(
                f"{self._path} cannot be opened ({error}). Check that the folder can be read."
            ) from error
        try:
            connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {self._synchronous}")
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.create_function("fold", 1, str.casefold, deterministic=True)
        except sqlite3.OperationalError as error:
            connection.close()
            raise ProjectError(
                f"{self._path} cannot be written ({error}). Free some space, or check the folder's permissions."
            ) from error
        except sqlite3.DatabaseError as error:
            connection.close()
            raise damaged(self._path, error) from error
        self._connections.append(connection)
        return connection


def damaged(path: Path, reason: object) -> ProjectDamaged:
    """Return the error for a database that cannot be read."""
    return ProjectDamaged(
        f"The project in {path.parent} is damaged ({reason}), so it was not opened and not changed. "
        "Restore project.db from a backup, or import your files into a new project."
    )


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:  # SQLite itself has rolled back after a full disk
        connection.execute("ROLLBACK")
