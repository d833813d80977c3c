"""Frozen-network members: mirroring, and pictures of any size."""

from __future__ import annotations

import numpy as np

from engine.modalities.image.samples import ImageSamples
from tests.exporters.models import PICTURES, apart, exported, features, model_of, pictures


def test_a_mirrored_picture_gets_the_same_answer_where_both_are_seen() -> None:
    artefact, samples = exported(model_of(PICTURES, features(PICTURES, flip=True))), pictures(3)
    mirrored = ImageSamples.from_arrays([samples.picture(row)[:, ::-1].copy() for row in range(3)])
    np.testing.assert_allclose(artefact.predict(samples), artefact.predict(mirrored), atol=1e-5)


def test_a_mirrored_picture_gets_another_answer_where_one_is_seen() -> None:
    artefact, samples = exported(model_of(PICTURES, features(PICTURES, flip=False))), pictures(3)
    mirrored = ImageSamples.from_arrays([samples.picture(row)[:, ::-1].copy() for row in range(3)])
    assert np.abs(artefact.predict(samples) - artefact.predict(mirrored)).max() > 1e-3


def test_pictures_of_any_size_get_the_members_answer() -> None:
    for flip in (False, True):
        assert apart(model_of(PICTURES, features(PICTURES, flip=flip)), pictures(6, seed=1)) <= 1e-5
