from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.errors import ModelError
from engine.modalities.audio.learners.head import Head
from engine.modalities.audio.members.features import FeaturesMember
from tests.engine.learners.contract import run_to_the_end
from tests.engine.modalities.audio.sounds import class_job


def test_a_damaged_member_is_met_with_a_sentence(tmp_path: Path) -> None:
    job = class_job(tmp_path / "s", each=4)
    member = run_to_the_end(Head(job, {})).member()
    folder = tmp_path / "m"
    folder.mkdir()
    settings = dict(member.save(folder))
    loaded = FeaturesMember.load(folder, settings, job.task)
    np.testing.assert_allclose(loaded.predict(job.samples), member.predict(job.samples), atol=1e-6)
    with pytest.raises(ModelError, match="'other', which this version does not know"):
        FeaturesMember.load(folder, settings | {"heard": ["other"]}, job.task)
    for wrong in ({}, settings | {"fallback": "x"}):
        with pytest.raises(ModelError, match="Train again"):
            FeaturesMember.load(folder, wrong, job.task)
    (folder / "head.safetensors").write_bytes(b"torn")
    with pytest.raises(ModelError, match="Train again"):
        FeaturesMember.load(folder, settings, job.task)
