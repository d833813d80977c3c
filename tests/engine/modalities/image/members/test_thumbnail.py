from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.errors import ModelError
from engine.modalities.image.learners.thumbnail_ridge import ThumbnailRidge
from engine.modalities.image.members.thumbnail import ThumbnailMember
from engine.modalities.image.samples import ImageSamples
from engine.modalities.image.thumbnail import thumbnail_features
from tests.engine.learners.contract import run_to_the_end
from tests.engine.modalities.image.pictures import class_job, texture


def test_it_answers_its_head_on_thumbnails_and_the_shares_elsewhere(tmp_path: Path) -> None:
    member = run_to_the_end(ThumbnailRidge(class_job(tmp_path / "p", each=5), {})).member()
    assert isinstance(member, ThumbnailMember)
    good, gone = tmp_path / "p" / "0.png", tmp_path / "gone.png"
    answers = member.predict(ImageSamples.from_paths([good, gone]))
    np.testing.assert_allclose(answers[0], member.head.predict(thumbnail_features(texture(0, 0))[None])[0])
    np.testing.assert_allclose(answers[1], member.fallback)
    assert member.predict(ImageSamples.from_paths([])).shape == (0, 3)


@pytest.mark.parametrize("settings", [{}, {"fallback": ["x"], "root": None}, {"fallback": [1.0], "root": None}])
def test_damaged_settings_and_missing_files_are_sentences(tmp_path: Path, settings: dict[str, object]) -> None:
    task = class_job(tmp_path / "p", each=2).task
    with pytest.raises(ModelError, match="Train again"):
        ThumbnailMember.load(tmp_path, settings, task)
