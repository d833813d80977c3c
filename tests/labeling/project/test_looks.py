"""Photos taken in quickly are searched for near-copies afterwards, without touching labels or the history."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from labeling.importing import read, understand
from labeling.project import Project
from labeling.snapshot import snapshot


@pytest.fixture
def project(bolts: Path, tmp_path: Path) -> Iterator[Project]:
    """A project of 18 photos that were taken in by their bytes alone, and one that is broken inside."""
    whole = (bolts / "nut" / "0.png").read_bytes()
    (bolts / "nut" / "cut.png").write_bytes(whole[: len(whole) // 2])
    understanding = understand(bolts)
    made = Project.create(tmp_path / "project")
    made.add(understanding, read(understanding, look_seconds=0.0))
    yield made
    made.close()


def test_what_is_seen_later_is_what_is_seen_at_once(project: Project, bolts: Path) -> None:
    assert len(project.unseen()) == 19
    assert project.look_at(project.unseen()) == 1
    at_once = read(understand(bolts)).frame
    later = project.frame().join(at_once.select("id"), on="id", how="semi")
    assert later.select("id", "look", "tones").rows() == at_once.select("id", "look", "tones").rows()


def test_nothing_is_looked_at_twice(project: Project, bolts: Path) -> None:
    Image.new("RGB", (64, 48), "white").save(bolts / "nut" / "1.png")  # so flat that its looks say nothing
    project.look_at(project.unseen())
    assert project.unseen() == []


def test_labels_and_history_stay_as_they_are(project: Project) -> None:
    first = project.ids()[0]
    project.set_label([first], "washer")
    before = (project.history(), project.frame()["label"].to_list())
    project.look_at(project.unseen())
    assert (project.history(), project.frame()["label"].to_list()) == before
    assert project.undo() is not None
    assert project.undo() == "Add 19 photos"
    assert project.count() == 0
    assert project.unseen() == []


def test_it_goes_on_where_it_was_cancelled(project: Project) -> None:
    answers = iter([False, False, True])
    project.look_at(project.unseen(), cancelled=lambda: next(answers))
    assert len(project.unseen()) == 17


def test_a_snapshot_says_how_many_were_not_looked_at(project: Project) -> None:
    understanding = project.understanding()
    assert understanding is not None
    project.look_at(project.unseen()[:10])
    assert any("9 photos were searched" in note for note in snapshot(project.frame(), understanding).notes)
    project.look_at(project.unseen())
    assert not any("searched for exact" in note for note in snapshot(project.frame(), understanding).notes)
