"""Who is served together, and when a new line-up deserves it."""

from __future__ import annotations

import numpy as np
import pytest

from engine.arrays import FloatArray
from engine.ensemble.leaderboard import Entrant, better, line_up
from engine.task import Kind, Modality, Task

TASK = Task(Modality.TABLE, Kind.MULTICLASS, ("no", "yes"))
RNG = np.random.default_rng(1)
LABELS = (RNG.random(400) < 0.5).astype(float)


def noisy(scale: float, seed: int, rows: int = 400) -> FloatArray:
    """Probabilities around the truth; rows beyond ``rows`` were not checked."""
    signal = LABELS * 2 - 1 + np.random.default_rng(seed).normal(0, scale, len(LABELS))
    yes = 1 / (1 + np.exp(-2 * signal))
    answer = np.stack([1 - yes, yes], axis=1)
    answer[rows:] = np.nan
    return answer


def test_two_that_err_differently_are_served_together() -> None:
    lineup = line_up(TASK, LABELS, [Entrant("a", noisy(1.5, 1)), Entrant("b", noisy(1.5, 2))])
    assert set(lineup.weights) == {"a", "b"}
    assert sum(lineup.weights.values()) == pytest.approx(1.0)
    assert np.allclose(lineup.validation.sum(axis=1), 1.0)
    assert better(TASK, LABELS, lineup.validation, noisy(1.5, 1))


def test_one_checked_on_few_samples_steps_aside() -> None:
    lineup = line_up(TASK, LABELS, [Entrant("early", noisy(0.5, 1, rows=40)), Entrant("whole", noisy(1.0, 2))])
    assert set(lineup.weights) == {"whole"}
    assert np.isfinite(lineup.validation).all()


def test_entrants_without_a_row_in_common_do_not_stop_the_run() -> None:
    first, second = noisy(1.0, 1, rows=200), noisy(1.0, 2)
    second[:200] = np.nan
    assert line_up(TASK, LABELS, [Entrant("a", first), Entrant("b", second)]).weights == {"b": 1.0}


def test_noise_is_not_better() -> None:
    old = noisy(1.0, 1)
    assert not better(TASK, LABELS, old, old)
    assert not better(TASK, LABELS, noisy(2.0, 3), old)
    assert better(TASK, LABELS, noisy(0.3, 4), old)


def test_equally_right_but_surer_where_it_is_right_is_better() -> None:
    old = noisy(0.2, 1)
    timid = 0.5 + 0.05 * (old - 0.5)
    assert better(TASK, LABELS, old, timid)
    assert not better(TASK, LABELS, timid, old)


def test_checked_on_many_more_samples_is_better_when_no_worse() -> None:
    assert better(TASK, LABELS, noisy(1.0, 1), noisy(1.0, 1, rows=60))
    assert not better(TASK, LABELS, noisy(1.0, 1, rows=60), noisy(1.0, 1))


def test_a_number_is_judged_by_its_error() -> None:
    task = Task(Modality.TABLE, Kind.REGRESSION)
    truth = np.linspace(0, 1, 300)
    near, far = (truth + RNG.normal(0, s, 300) for s in (0.05, 0.5))
    lineup = line_up(task, truth, [Entrant("far", far[:, None]), Entrant("near", near[:, None])])
    assert lineup.leader == "near"
    assert lineup.temperature == 1.0
    assert better(task, truth, near[:, None], far[:, None])


def test_several_classes_are_weighed_and_calibrated_each_by_itself() -> None:
    task = Task(Modality.IMAGE, Kind.MULTILABEL, ("sea", "sky", "sand"))
    rng = np.random.default_rng(4)
    labels = (rng.random((500, 3)) < 0.5).astype(float)

    def timid(seed: int) -> FloatArray:
        noise = np.random.default_rng(seed).normal(0, 1.0, labels.shape)
        probabilities: FloatArray = 1 / (1 + np.exp(-0.2 * (labels * 2 - 1 + noise)))
        return probabilities

    lineup = line_up(task, labels, [Entrant("a", timid(1)), Entrant("b", timid(2)), Entrant("c", 1 - timid(3))])
    assert set(lineup.weights) == {"a", "b"}
    assert lineup.temperature < 0.5
    assert ((lineup.validation >= 0) & (lineup.validation <= 1)).all()
    assert lineup.validation.sum(axis=1).max() > 1.5
    assert better(task, labels, lineup.validation, timid(1))
    assert not better(task, labels, timid(1), lineup.validation)
