from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import ModelError
from engine.modalities.audio.learners.statistics import Statistics
from engine.modalities.audio.members.statistics import StatisticsMember
from tests.engine.learners.contract import run_to_the_end
from tests.engine.modalities.audio.sounds import class_job


def test_a_damaged_member_is_met_with_a_sentence(tmp_path: Path) -> None:
    job = class_job(tmp_path / "s", each=4)
    member = run_to_the_end(Statistics(job, {})).member()
    folder = tmp_path / "m"
    folder.mkdir()
    settings = dict(member.save(folder))
    for wrong in ({}, settings | {"fallback": "x"}):
        with pytest.raises(ModelError, match="Train again"):
            StatisticsMember.load(folder, wrong, job.task)
    (folder / "head.safetensors").write_bytes(b"torn")
    with pytest.raises(ModelError, match="Train again"):
        StatisticsMember.load(folder, settings, job.task)
