"""Members speak with one voice."""

from __future__ import annotations

import weakref
from collections.abc import Iterator

import numpy as np

from engine.arrays import FloatArray
from engine.model.blend import blend
from engine.task import Kind


def test_classes_are_averaged_and_calibrated() -> None:
    parts = [np.array([[0.9, 0.1]]), np.array([[0.5, 0.5]])]
    assert np.allclose(blend(parts, [0.5, 0.5], 1.0, Kind.MULTICLASS), [[0.7, 0.3]])
    surer = blend(parts, [0.5, 0.5], 0.5, Kind.MULTICLASS)
    assert np.allclose(surer, np.array([[0.49, 0.09]]) / 0.58)


def test_numbers_are_averaged() -> None:
    assert blend([np.array([[1.0]]), np.array([[4.0]])], [1 / 3, 2 / 3], 1.0, Kind.REGRESSION) == 3.0


def test_what_a_member_does_not_know_stays_unknown() -> None:
    unknown = blend([np.array([[np.nan, np.nan]]), np.array([[0.5, 0.5]])], [0.5, 0.5], 2.0, Kind.MULTICLASS)
    assert np.isnan(unknown).all()


def test_several_classes_are_not_made_to_sum_to_one() -> None:
    parts = [np.array([[0.9, 0.8, 0.0]]), np.array([[0.7, 0.6, 0.0]])]
    assert np.allclose(blend(parts, [0.5, 0.5], 1.0, Kind.MULTILABEL), [[0.8, 0.7, 0.0]])
    surer = blend(parts, [0.5, 0.5], 0.5, Kind.MULTILABEL)
    assert np.allclose(surer, [[0.64 / 0.68, 0.49 / 0.58, 0.0]])


def test_who_has_spoken_is_forgotten_before_the_next_but_one_is_heard() -> None:
    """Answers to very many samples of very many classes fit into memory one by one, not all at once."""
    heard: list[weakref.ref[FloatArray]] = []
    kept: list[int] = []

    def said() -> Iterator[FloatArray]:
        for share in (0.2, 0.4, 0.6):
            kept.append(sum(earlier() is not None for earlier in heard))
            answer = np.array([[share, 1.0 - share]])
            heard.append(weakref.ref(answer))
            yield answer
            del answer

    assert np.allclose(blend(said(), [0.25, 0.25, 0.5], 1.0, Kind.MULTICLASS), [[0.45, 0.55]])
    assert max(kept) == 1
