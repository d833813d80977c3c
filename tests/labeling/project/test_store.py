"""A store may be closed while other threads read and write: they are told, and nothing crashes."""

from __future__ import annotations

import signal
import sqlite3
import sys
import threading
from pathlib import Path

import pytest

from labeling.errors import ProjectDamaged, ProjectError
from labeling.project.store import Store


def use(store: Store, refused: list[ProjectError]) -> None:
    """Write and read until the store says no."""
    try:
        while True:
            with store.atomic() as connection:
                connection.executemany("INSERT INTO kept VALUES (?)", [(1,)] * 50)
            store.rows("SELECT * FROM kept")
    except ProjectError as error:
        refused.append(error)


def test_closing_waits_for_those_who_read_and_write(tmp_path: Path) -> None:
    for number in range(20):
        store = Store(tmp_path / f"{number}.db", durable=False)
        with store.atomic() as connection:
            connection.execute("CREATE TABLE kept (value INTEGER)")
        refused: list[ProjectError] = []
        threads = [threading.Thread(target=use, args=(store, refused)) for _ in range(3)]
        for thread in threads:
            thread.start()
        store.close()
        for thread in threads:
            thread.join()
        assert ["was closed" in str(error) for error in refused] == [True] * 3


def test_a_closed_store_is_told_apart(tmp_path: Path) -> None:
    store = Store(tmp_path / "one.db")
    store.close()
    with pytest.raises(ProjectError, match="was closed"):
        store.rows("SELECT 1")


def test_rows_come_in_portions_and_a_damaged_file_is_told(tmp_path: Path) -> None:
    store = Store(tmp_path / "kept.db", durable=False)
    with store.atomic() as connection:
        connection.execute("CREATE TABLE kept (value INTEGER)")
        connection.executemany("INSERT INTO kept VALUES (?)", [(number,) for number in range(5)])
    assert list(store.portions("SELECT value FROM kept WHERE value >= ?", (1,), 3)) == [[(1,), (2,), (3,)], [(4,)]]
    assert list(store.portions("SELECT value FROM kept WHERE value > ?", (4,), 3)) == []
    with pytest.raises(ProjectError, match="cannot be read"):
        list(store.portions("SELECT nothing FROM kept", (), 3))
    store.close()


@pytest.mark.skipif(sys.platform == "win32", reason="a file is kept small by its limit on Unix")
def test_what_is_committed_is_there_where_the_disk_has_no_room_to_fold_the_log(tmp_path: Path) -> None:
    import resource

    store = Store(tmp_path / "kept.db")
    with store.atomic() as connection:
        connection.execute("CREATE TABLE kept (value BLOB)")
    store.fold_log()
    with store.atomic() as connection:
        connection.execute("INSERT INTO kept VALUES (zeroblob(1000000))")
    signalled, limit = signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, limit[1]))
    try:
        store.fold_log()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, signalled)
    assert store.value("SELECT length(value) FROM kept") == 1_000_000
    store.fold_log()
    store.close()


def test_a_damaged_page_found_while_writing_is_told(tmp_path: Path) -> None:
    path = tmp_path / "kept.db"
    store = Store(path, durable=False)
    with store.atomic() as connection:
        connection.execute("CREATE TABLE kept (value TEXT)")
        connection.executemany("INSERT INTO kept VALUES (?)", [(f"{number:0100}",) for number in range(2000)])
    store.close()
    data = bytearray(path.read_bytes())
    for start in range(4096 * 2, len(data), 4096 * 4):
        data[start : start + 64] = b"\xff" * 64
    path.write_bytes(data)
    store = Store(path, durable=False)
    words = r"is damaged \(.*malformed.* the change was not saved\. Restore project"
    with pytest.raises(ProjectDamaged, match=words), store.atomic() as connection:
        connection.execute("UPDATE kept SET value = 'new'")
    with pytest.raises(sqlite3.IntegrityError), store.atomic() as connection:
        raise sqlite3.IntegrityError
    store.close()
