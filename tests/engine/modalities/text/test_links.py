from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import approx_fprime

from engine.modalities.text import links
from engine.task import Kind, Modality, Task


@pytest.mark.parametrize("link", links.LOSSES)
def test_slopes_and_bends_are_those_of_the_loss(link: str) -> None:
    random = np.random.default_rng(0)
    scores, direction = random.normal(size=(2, 3)).astype(np.float32)
    targets = np.array([0.0, 1.0, 0.0], dtype=np.float32)
    seen = links.LOSSES[link](scores, targets)
    slopes = approx_fprime(scores.astype(np.float64), lambda at: float(links.LOSSES[link](at, targets).loss), 1e-6)
    np.testing.assert_allclose(seen.slope, slopes, atol=1e-4)
    ahead = links.LOSSES[link](scores + np.float32(1e-2) * direction, targets)
    np.testing.assert_allclose(seen.bent(direction), (ahead.slope - seen.slope) / 1e-2, atol=1e-2)
    units = np.eye(3, dtype=np.float32)
    np.testing.assert_allclose(seen.bend, [seen.bent(unit)[place] for place, unit in enumerate(units)], rtol=1e-5)


def test_two_classes_have_one_score_and_two_chances() -> None:
    task = Task(Modality.TEXT, Kind.MULTICLASS, ("a", "b"))
    assert links.targets_of(np.array([0.0, 1.0]), task).tolist() == [[0.0], [1.0]]
    np.testing.assert_allclose(links.answers_of(np.array([[0.0], [800.0]]), task), [[0.5, 0.5], [0.0, 1.0]])
