from __future__ import annotations

import numpy as np
import pytest

from labeling.suggest.space import WIDTH, Space


@pytest.mark.parametrize(("samples", "length"), [(300, 40), (30, 400), (1, 5)])
def test_two_random_samples_lie_about_two_apart_whatever_is_measured_of_them(samples: int, length: int) -> None:
    random = np.random.default_rng(0)
    features = (random.normal(size=(samples, length)) * np.logspace(-1, 3, length)).astype(np.float32)
    points = Space.fit(features).points(features)
    assert points.shape[0] == samples
    assert points.shape[1] <= WIDTH
    assert np.isfinite(points).all()
    if samples > 1:
        apart = ((points[:, None] - points[None]) ** 2).sum(axis=2)
        assert 1.5 < apart[~np.eye(samples, dtype=bool)].mean() < 2.1


def test_the_directions_that_matter_are_kept() -> None:
    random = np.random.default_rng(1)
    hidden = random.normal(size=(500, 6))
    features = (hidden @ random.normal(size=(6, 700))).astype(np.float32)
    features += 0.01 * random.normal(size=features.shape).astype(np.float32)
    points = Space.fit(features).points(features)
    assert points[:, :6].var(axis=0).sum() > 0.99 * points.var(axis=0).sum()


def test_a_feature_that_never_changes_does_no_harm() -> None:
    features = np.ones((20, 3), dtype=np.float32)
    features[:, 0] = np.arange(20)
    assert np.isfinite(Space.fit(features).points(features)).all()
