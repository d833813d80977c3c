"""How the database of a project came to look as it does: one function a step, in order.

``PRAGMA user_version`` counts the steps that a project has taken. A step, once released, is never changed; a new one is
appended. ``PRAGMA application_id`` marks the file as ours.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from labeling.errors import ProjectTooNew
from labeling.project.store import Store, damaged

APPLICATION_ID = 0x41446453  # "ADdS"

Migration = Callable[[sqlite3.Connection], None]
MIGRATIONS: list[Migration] = []


def migration(step: Migration) -> Migration:
    """Register a step."""
    MIGRATIONS.append(step)
    return step


@migration
def create_the_first_tables(connection: sqlite3.Connection) -> None:
    """Samples, classes, settings and the journal.

    ``source`` is one import; undoing it clears ``present``. ``sample.label`` has no type of its own: a class name is
    TEXT, a number REAL. ``*_change`` hold what a journal entry changed, before and after.
    """
    for statement in FIRST_TABLES.strip().split(";\n"):
        connection.execute(statement)


FIRST_TABLES = """
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE journal (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    time TEXT NOT NULL,
    undone INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX journal_undone ON journal (id) WHERE undone = 1;
CREATE TABLE source (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    entry INTEGER NOT NULL REFERENCES journal (id) ON DELETE CASCADE,
    understanding TEXT NOT NULL,
    content TEXT NOT NULL,
    present INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE sample (
    id INTEGER PRIMARY KEY,
    source INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
    name TEXT NOT NULL UNIQUE,
    reference TEXT,
    content TEXT,
    look INTEGER,
    tones BLOB,
    split TEXT,
    label
);
CREATE INDEX sample_by_label ON sample (label, source);
CREATE INDEX sample_by_source ON sample (source);
CREATE INDEX sample_by_content ON sample (content) WHERE content IS NOT NULL;
CREATE TABLE class (name TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE label_change (
    entry INTEGER NOT NULL REFERENCES journal (id) ON DELETE CASCADE,
    sample INTEGER NOT NULL REFERENCES sample (id) ON DELETE CASCADE,
    before,
    after,
    PRIMARY KEY (entry, sample)
) WITHOUT ROWID;
CREATE INDEX label_change_by_sample ON label_change (sample);
CREATE TABLE class_change (
    entry INTEGER PRIMARY KEY REFERENCES journal (id) ON DELETE CASCADE,
    before TEXT NOT NULL,
    after TEXT NOT NULL
)
"""


@migration
def keep_marks_of_parts_of_samples(connection: sqlite3.Connection) -> None:
    """Boxes, regions and spans of a sample as JSON (:mod:`labeling.annotations.marks`); null where nothing is said.

    ``mark_change`` holds what a journal entry changed, before and after.
    """
    connection.execute("ALTER TABLE sample ADD COLUMN marks TEXT")
    connection.execute(
        """
        CREATE TABLE mark_change (
            entry INTEGER NOT NULL REFERENCES journal (id) ON DELETE CASCADE,
            sample INTEGER NOT NULL REFERENCES sample (id) ON DELETE CASCADE,
            before TEXT,
            after TEXT,
            PRIMARY KEY (entry, sample)
        ) WITHOUT ROWID
        """
    )
    connection.execute("CREATE INDEX mark_change_by_sample ON mark_change (sample)")


@migration
def keep_what_was_suggested_and_second_looks(connection: sqlite3.Connection) -> None:
    """What was suggested of a sample when it was labelled, and labels given a second time without seeing the first.

    ``asked.random`` says that the sample was drawn at random. ``second_look.answer`` is null while it is owed.
    """
    for statement in SUGGESTED_AND_LOOKED_AT_AGAIN.strip().split(";\n"):
        connection.execute(statement)


SUGGESTED_AND_LOOKED_AT_AGAIN = """
CREATE TABLE asked (
    entry INTEGER NOT NULL REFERENCES journal (id) ON DELETE CASCADE,
    sample INTEGER NOT NULL REFERENCES sample (id) ON DELETE CASCADE,
    suggested,
    random INTEGER NOT NULL,
    PRIMARY KEY (entry, sample)
) WITHOUT ROWID;
CREATE INDEX asked_by_sample ON asked (sample);
CREATE TABLE look (id INTEGER PRIMARY KEY AUTOINCREMENT, time TEXT NOT NULL, seed INTEGER NOT NULL);
CREATE TABLE second_look (
    look INTEGER NOT NULL REFERENCES look (id) ON DELETE CASCADE,
    sample INTEGER NOT NULL REFERENCES sample (id) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    before,
    answer,
    PRIMARY KEY (look, sample)
) WITHOUT ROWID;
CREATE INDEX second_look_by_sample ON second_look (sample)
"""


@migration
def let_classes_have_colours_and_keys_and_samples_be_skipped(connection: sqlite3.Connection) -> None:
    """What a person chose for a class, empty where nothing, and samples passed over without a label.

    ``class_change`` holds classes as lists of name, colour and key from here on; before, as names alone.
    """
    for statement in LOOKS_OF_CLASSES_AND_SKIPPED_SAMPLES.strip().split(";\n"):
        connection.execute(statement)


LOOKS_OF_CLASSES_AND_SKIPPED_SAMPLES = """
ALTER TABLE class ADD COLUMN colour TEXT NOT NULL DEFAULT '';
ALTER TABLE class ADD COLUMN key TEXT NOT NULL DEFAULT '';
ALTER TABLE sample ADD COLUMN skipped INTEGER NOT NULL DEFAULT 0;
CREATE TABLE skip_change (
    entry INTEGER NOT NULL REFERENCES journal (id) ON DELETE CASCADE,
    sample INTEGER NOT NULL REFERENCES sample (id) ON DELETE CASCADE,
    before INTEGER NOT NULL,
    after INTEGER NOT NULL,
    PRIMARY KEY (entry, sample)
) WITHOUT ROWID;
CREATE INDEX skip_change_by_sample ON skip_change (sample);
CREATE INDEX sample_skipped ON sample (skipped) WHERE skipped = 1
"""


@migration
def let_the_columns_of_tables_be_read_otherwise(connection: sqlite3.Connection) -> None:
    """``source.inputs`` names the file in ``tables/`` with the inputs of now; null for ``<id>.parquet``.

    ``column_change`` holds what a journal entry changed of a source, before and after: a JSON list of the understanding
    (itself JSON) and the file.
    """
    connection.execute("ALTER TABLE source ADD COLUMN inputs TEXT")
    connection.execute(
        """
        CREATE TABLE column_change (
            entry INTEGER NOT NULL REFERENCES journal (id) ON DELETE CASCADE,
            source INTEGER NOT NULL REFERENCES source (id) ON DELETE CASCADE,
            before TEXT NOT NULL,
            after TEXT NOT NULL,
            PRIMARY KEY (entry, source)
        ) WITHOUT ROWID
        """
    )


def migrate(store: Store, path: Path, new: bool) -> None:
    """Bring a database to the newest form.

    Raises:
        ProjectTooNew: a newer version of the studio made it.
        ProjectDamaged: it is no project.
    """
    version = int(store.value("PRAGMA user_version"))
    if not new and store.value("PRAGMA application_id") != APPLICATION_ID:
        raise damaged(path, "project.db is not a project's database")
    if version > len(MIGRATIONS):
        raise ProjectTooNew(
            f"The project in {path.parent} was made by a newer version (its form is {version}, this version knows "
            f"{len(MIGRATIONS)}). It was not changed. Update Autodidact Studio to open it."
        )
    steps = MIGRATIONS[version:]
    if steps:
        with store.atomic() as connection:  # at once: each commit waits for the disk, and a new project has all steps
            for step in steps:
                step(connection)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
