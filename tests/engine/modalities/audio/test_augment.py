from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.arrays import Float32Array
from engine.modalities.audio.augment import excerpt, paced, vary


def levels(frames: int) -> Float32Array:
    return np.random.default_rng(0).normal(0.0, 1.0, (frames, 32)).astype(np.float32)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 300), st.integers(76, 200), st.integers(0, 2**32))
def test_whatever_the_length_there_are_as_many_frames_as_wanted(length: int, frames: int, seed: int) -> None:
    before = levels(length)
    sound = before.copy()
    found = vary(sound, frames, np.random.default_rng(seed))
    assert found.shape == (frames, 32)
    assert found.dtype == np.float32
    assert np.isfinite(found).all()
    np.testing.assert_array_equal(sound, before)


def test_chance_alone_decides() -> None:
    one, two, other = (vary(levels(200), 90, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("faster", [0.5, 1.0, 2.0])
def test_pace_changes_the_length_and_keeps_the_course(faster: float) -> None:
    slope = np.linspace(0.0, 1.0, 101, dtype=np.float32)[:, None]
    found = paced(slope, faster)
    assert len(found) == 100 / faster + 1
    np.testing.assert_allclose(found[:, 0], np.linspace(0.0, 1.0, len(found)), atol=1e-6)


def test_an_excerpt_lies_anywhere_and_a_short_sound_in_silence() -> None:
    sound = np.arange(100, dtype=np.float32)[:, None]
    starts = {int(excerpt(sound, 90, np.random.default_rng(seed))[0, 0]) for seed in range(200)}
    assert starts == set(range(11))
    short = excerpt(sound + 1.0, 110, np.random.default_rng(0))
    assert sorted(short[:, 0].tolist()) == sorted([1.0] * 10 + list(range(1, 101)))


def test_stretches_of_time_and_bands_are_hidden() -> None:
    hidden = [vary(levels(200), 150, np.random.default_rng(seed)) for seed in range(20)]
    assert any((np.ptp(one, axis=0) < 1e-6).any() for one in hidden)
    assert any((np.ptp(one, axis=1) < 1e-6).any() for one in hidden)
