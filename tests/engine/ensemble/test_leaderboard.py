"""Who is served together, and when a new line-up deserves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from engine.arrays import BoolArray, FloatArray
from engine.ensemble.greedy import greedy_weights
from engine.ensemble.leaderboard import CALIBRATION_ROWS, Entrant, line_up
from engine.ensemble.noise import better, surely_better
from engine.task import Kind, Modality, Task

TASK = Task(Modality.TABLE, Kind.MULTICLASS, ("no", "yes"))
RNG = np.random.default_rng(1)
LABELS = (RNG.random(400) < 0.5).astype(float)
FOLDS = np.arange(400) % 8


def noisy(scale: float, seed: int, rows: int = 400) -> FloatArray:
    """Probabilities around the truth; rows beyond ``rows`` were not checked."""
    signal = LABELS * 2 - 1 + np.random.default_rng(seed).normal(0, scale, len(LABELS))
    yes = 1 / (1 + np.exp(-2 * signal))
    answer = np.stack([1 - yes, yes], axis=1)
    answer[rows:] = np.nan
    return answer


def test_two_that_err_differently_are_served_together() -> None:
    lineup = line_up(TASK, LABELS, [Entrant("a", noisy(1.5, 1)), Entrant("b", noisy(1.5, 2))], FOLDS)
    assert set(lineup.weights) == {"a", "b"}
    assert sum(lineup.weights.values()) == pytest.approx(1.0)
    assert np.allclose(lineup.validation.sum(axis=1), 1.0)
    assert better(TASK, LABELS, lineup.validation, noisy(1.5, 1))


def test_one_checked_on_few_samples_steps_aside() -> None:
    lineup = line_up(TASK, LABELS, [Entrant("early", noisy(0.5, 1, rows=40)), Entrant("whole", noisy(1.0, 2))], FOLDS)
    assert set(lineup.weights) == {"whole"}
    assert np.isfinite(lineup.validation).all()


def test_entrants_without_a_row_in_common_do_not_stop_the_run() -> None:
    first, second = noisy(1.0, 1, rows=200), noisy(1.0, 2)
    second[:200] = np.nan
    assert line_up(TASK, LABELS, [Entrant("a", first), Entrant("b", second)], FOLDS).weights == {"b": 1.0}


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
    lineup = line_up(task, truth, [Entrant("far", far[:, None]), Entrant("near", near[:, None])], np.arange(300) % 8)
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

    lineup = line_up(
        task, labels, [Entrant("a", timid(1)), Entrant("b", timid(2)), Entrant("c", 1 - timid(3))], np.arange(500) % 8
    )
    assert set(lineup.weights) == {"a", "b"}
    assert lineup.temperature < 0.5
    assert ((lineup.validation >= 0) & (lineup.validation <= 1)).all()
    assert lineup.validation.sum(axis=1).max() > 1.5
    assert better(task, labels, lineup.validation, timid(1))
    assert not better(task, labels, timid(1), lineup.validation)


def test_of_several_classes_no_more_cells_are_weighed_than_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    task = Task(Modality.IMAGE, Kind.MULTILABEL, ("sea", "sky", "sand"))
    rng = np.random.default_rng(6)
    labels = (rng.random((500, 3)) < 0.5).astype(float)
    entrants = [Entrant(name, rng.random((500, 3))) for name in ("a", "b")]
    weighed: list[int] = []

    def counted(answers: Sequence[FloatArray], *others: Any, **named: Any) -> FloatArray:
        weighed.append(answers[0].size)
        return greedy_weights(answers, *others, **named)

    monkeypatch.setattr("engine.ensemble.leaderboard.greedy_weights", counted)
    line_up(task, labels, entrants, np.arange(500) % 8)
    monkeypatch.setattr("engine.ensemble.leaderboard.SELECTION_CELLS", 600)
    line_up(task, labels, entrants, np.arange(500) % 8)
    assert weighed == [1500, 600]


BIG = (np.random.default_rng(8).random(4000) < 0.5).astype(float)
BIG_FOLDS = np.arange(4000) % 5


def answer(scale: float, seed: int, rows: BoolArray | None = None, backwards: bool = False) -> FloatArray:
    """Probabilities around the truth of many samples, on ``rows`` only; smaller ``scale`` is better."""
    signal = BIG * 2 - 1 + np.random.default_rng(seed).normal(0, scale, len(BIG))
    yes = 1 / (1 + np.exp((2 if backwards else -2) * signal))
    both = np.stack([1 - yes, yes], axis=1)
    if rows is not None:
        both[~rows] = np.nan
    return both


WIDE = [Entrant("trees", answer(1.5, 1)), Entrant("lines", answer(1.6, 2))]


def test_a_strong_network_checked_on_one_fold_comes_in_and_the_score_rests_on_that_fold() -> None:
    net = Entrant("net", answer(0.7, 3, BIG_FOLDS == 0))
    lineup = line_up(TASK, BIG, [*WIDE, net], BIG_FOLDS)
    assert lineup.leader == "net"
    assert np.array_equal(np.isfinite(lineup.validation).all(axis=1), BIG_FOLDS == 0)
    assert sum(lineup.weights.values()) == pytest.approx(1.0)
    alone = line_up(TASK, BIG, WIDE, BIG_FOLDS)
    assert surely_better(TASK, BIG, lineup.validation, alone.validation)
    assert better(TASK, BIG, lineup.validation, alone.validation)


def test_networks_that_repeat_each_other_are_served_as_one_and_count_on_all_their_folds() -> None:
    nets = [Entrant("net", answer(0.7, 3, BIG_FOLDS == 0), 0.1)]
    alone = line_up(TASK, BIG, [*WIDE, *nets], BIG_FOLDS)
    nets.append(Entrant("again", answer(0.7, 4, BIG_FOLDS == 1), 0.1, repeats="net"))
    both = line_up(TASK, BIG, [*WIDE, *nets], BIG_FOLDS)
    assert both.weights["net"] == both.weights["again"] == pytest.approx(alone.weights["net"] / 2, abs=0.05)
    assert np.array_equal(np.isfinite(both.validation).all(axis=1), BIG_FOLDS <= 1)
    assert better(TASK, BIG, both.validation, alone.validation)
    assert set(line_up(TASK, BIG, [*WIDE, *nets], BIG_FOLDS, 0.15).weights) >= {"net"}
    assert "again" not in line_up(TASK, BIG, [*WIDE, *nets], BIG_FOLDS, 0.15).weights


def test_all_folds_between_them_make_it_a_widely_checked_one() -> None:
    nets = [
        Entrant(f"{fold}", answer(0.7, fold, np.equal(BIG_FOLDS, fold)), repeats="0" if fold else "")
        for fold in range(5)
    ]
    lineup = line_up(TASK, BIG, [*WIDE, *nets], BIG_FOLDS)
    assert np.isfinite(lineup.validation).all()
    assert min(lineup.weights[net.name] for net in nets) > 0.1


def test_a_little_worse_on_the_shared_samples_does_not_keep_out_who_was_checked_on_more() -> None:
    old = answer(0.7, 3, BIG_FOLDS == 0)
    new = np.where((BIG_FOLDS == 0)[:, None], np.clip(0.5 + 0.999 * (old - 0.5), 0, 1), answer(0.7, 4, BIG_FOLDS <= 1))
    assert better(TASK, BIG, new, old)
    worse = np.where((BIG_FOLDS == 0)[:, None], answer(0.9, 5, BIG_FOLDS == 0), new)
    assert not better(TASK, BIG, worse, old)


@pytest.mark.parametrize("seed", range(5))
def test_a_weak_network_or_one_that_guesses_stays_out_and_costs_no_samples(seed: int) -> None:
    weak = Entrant("weak", answer(30.0, 10 + seed, BIG_FOLDS == 0))
    wrong = Entrant("wrong", answer(1.0, 20 + seed, BIG_FOLDS == 0, backwards=True))
    lineup = line_up(TASK, BIG, [*WIDE, weak, wrong], BIG_FOLDS)
    assert set(lineup.weights) == {"trees", "lines"}
    assert np.isfinite(lineup.validation).all()


def test_a_network_just_like_what_is_there_stays_out() -> None:
    wide = line_up(TASK, BIG, WIDE, BIG_FOLDS).validation
    twin = np.where((BIG_FOLDS == 0)[:, None], wide, np.nan)
    jitter = np.random.default_rng(5).normal(0, 0.002, len(BIG))
    twin = np.clip(twin + np.stack([-jitter, jitter], axis=1), 1e-6, 1 - 1e-6)
    lineup = line_up(TASK, BIG, [*WIDE, Entrant("twin", twin)], BIG_FOLDS)
    assert "twin" not in lineup.weights


def test_an_unreadable_sample_does_not_make_a_fold_incomplete() -> None:
    rows = BIG_FOLDS == 0
    rows[np.flatnonzero(rows)[:8]] = False
    assert "net" in line_up(TASK, BIG, [*WIDE, Entrant("net", answer(0.7, 3, rows))], BIG_FOLDS).weights


def test_a_good_first_look_at_part_of_the_data_steps_aside_all_the_same() -> None:
    part = np.random.default_rng(3).random(len(BIG)) < 0.2
    assert "look" not in line_up(TASK, BIG, [*WIDE, Entrant("look", answer(0.7, 3, part))], BIG_FOLDS).weights


def test_a_number_may_come_from_a_narrowly_checked_network_too() -> None:
    task, truth = Task(Modality.TABLE, Kind.REGRESSION), np.linspace(0, 1, 4000)
    rng = np.random.default_rng(1)
    far = (truth + rng.normal(0, 0.3, 4000))[:, None]
    near = np.where(BIG_FOLDS == 0, truth + rng.normal(0, 0.05, 4000), np.nan)[:, None]
    lineup = line_up(task, truth, [Entrant("far", far), Entrant("near", near)], BIG_FOLDS)
    assert lineup.leader == "near"


def test_the_ensemble_stays_under_what_a_sample_may_cost() -> None:
    dear = [Entrant("a", answer(1.5, 1), 0.02), Entrant("b", answer(1.5, 2), 0.02), Entrant("c", answer(2.5, 3), 0.001)]
    assert {"a", "b"} <= set(line_up(TASK, BIG, dear, BIG_FOLDS).weights)
    costs = {entrant.name: entrant.cost_s for entrant in dear}
    limited = line_up(TASK, BIG, dear, BIG_FOLDS, most_s=0.03).weights
    assert sum(costs[name] for name in limited) <= 0.03
    assert len(limited) == 2
    assert set(line_up(TASK, BIG, dear, BIG_FOLDS, most_s=0.0001).weights) == {"c"}


def test_where_only_a_narrowly_checked_network_is_quick_enough_it_serves_alone() -> None:
    wide = [Entrant("a", answer(2.0, 1), 0.02), Entrant("b", answer(2.0, 2), 0.03)]
    net = Entrant("net", answer(3.0, 3, BIG_FOLDS == 0), 0.001)
    assert set(line_up(TASK, BIG, [*wide, net], BIG_FOLDS, most_s=0.005).weights) == {"net"}
    assert "a" in line_up(TASK, BIG, [*wide, net], BIG_FOLDS).weights


def test_very_many_samples_are_calibrated_by_a_part_of_them() -> None:
    labels = np.tile(BIG, 1 + CALIBRATION_ROWS // len(BIG))
    folds = np.tile(BIG_FOLDS, 1 + CALIBRATION_ROWS // len(BIG))
    few, many = answer(2.0, 1), np.tile(answer(2.0, 1), (1 + CALIBRATION_ROWS // len(BIG), 1))
    whole = line_up(TASK, labels, [Entrant("a", many)], folds)
    assert whole.temperature == pytest.approx(line_up(TASK, BIG, [Entrant("a", few)], BIG_FOLDS).temperature, rel=0.05)
    assert whole.validation.shape == many.shape
