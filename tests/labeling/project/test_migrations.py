"""Projects of older versions are brought up to date, and what was done in them can still be undone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from labeling.project import Project, migrations
from labeling.project.migrations import MIGRATIONS, migrate
from labeling.project.store import Store
from tests.labeling.project.conftest import PHOTOS


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project as the first version left it: one photo, and a class that was renamed from nut to bolt."""
    folder = tmp_path / "old"
    folder.mkdir()
    store = Store(folder / "project.db")
    monkeypatch.setattr(migrations, "MIGRATIONS", MIGRATIONS[:1])
    migrate(store, folder / "project.db", new=True)
    monkeypatch.undo()
    with store.atomic() as connection:
        for name in ("Add 1 photo", "Rename “nut” to “bolt”"):
            connection.execute("INSERT INTO journal (name, time) VALUES (?, '2026-01-01T10:00:00')", (name,))
        understanding = json.dumps(PHOTOS.to_json())
        connection.execute("INSERT INTO source (entry, understanding, content) VALUES (1, ?, '')", (understanding,))
        connection.execute("INSERT INTO sample (source, name, reference, label) VALUES (1, 'a.png', '/a.png', 'bolt')")
        connection.execute("INSERT INTO class (name, position) VALUES ('bolt', 0)")
        connection.execute("INSERT INTO label_change VALUES (2, 1, 'nut', 'bolt')")
        connection.execute("INSERT INTO class_change VALUES (2, ?, ?)", (json.dumps(["nut"]), json.dumps(["bolt"])))
    store.close()
    return folder


def test_what_an_older_version_did_can_be_undone(old: Path) -> None:
    with Project.open(old) as project:
        assert [(info.name, info.count, info.key, info.colour) for info in project.classes()] == [("bolt", 1, "1", "")]
        assert project.undo() == "Rename “nut” to “bolt”"
        assert [(info.name, info.count) for info in project.classes()] == [("nut", 1)]
        assert project.redo() == "Rename “nut” to “bolt”"
        assert [info.name for info in project.classes()] == ["bolt"]


def test_what_is_new_works_in_an_older_project(old: Path) -> None:
    with Project.open(old) as project:
        assert project.marks(["a.png"]) == {}
        project.set_class_colour("bolt", "#123456")
        assert project.set_skipped(["a.png"], True, "Skip a.png") == 1
    with Project.open(old) as again:
        assert again.classes()[0].colour == "#123456"
        assert again.can_undo == "Skip a.png"
