from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from labeling.project import Project
from tests.labeling.project.killing import SAMPLES, lost_by_kills

KILLS = 10


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a POSIX signal")
def test_every_label_said_to_be_saved_is_there_after_a_kill(make_project: Callable[..., Project]) -> None:
    project = make_project([None] * SAMPLES)
    folder = project.path
    project.close()
    saved, lost = lost_by_kills(folder, KILLS)
    assert saved >= KILLS
    assert lost == 0
