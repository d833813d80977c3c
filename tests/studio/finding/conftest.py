"""A session with nine photos, of which four have a label."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from labeling.importing import read, understand
from labeling.project import Project
from labeling.suggest.model import Suggestion, Suggestions
from studio.session import Session


@pytest.fixture
def session(loose_photos: Path, tmp_path: Path, qtbot: QtBot) -> Iterator[Session]:
    """Photos 0 to 8: 0 and 2 are bolts, 1 and 3 nuts; 8 is skipped."""
    understanding = understand(loose_photos)
    with Project.create(tmp_path / "nine") as project:
        project.add(understanding, read(understanding))
        ids = project.ids()
        project.set_labels({ids[0]: "bolt", ids[1]: "nut", ids[2]: "bolt", ids[3]: "nut"}, "Label four")
        project.set_skipped([ids[8]], True, "Skip one")
    made = Session()
    assert made.open_project(tmp_path / "nine")
    qtbot.waitUntil(lambda: len(made.library.listing) == 9)
    yield made
    made.close()


@pytest.fixture
def suggestions(session: Session) -> Suggestions:
    """Photos 4 to 6 have suggestions, 6 the most doubtful; 7 has none but is next to label."""
    ids = session.library.listing.ids
    given = {4: ("bolt", 0.95, 0.1), 5: ("nut", 0.8, 0.4), 6: ("nut", 0.5, 0.9)}
    by_sample = {
        ids[number]: Suggestion(ids[number], (name,), None, chance, doubt)
        for number, (name, chance, doubt) in given.items()
    }
    return Suggestions(by_sample=by_sample, order=(ids[7], ids[5], ids[4], ids[6]))
