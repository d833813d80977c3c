from __future__ import annotations

import numpy as np

from engine.arrays import BoolArray
from labeling.suggest.picks import AT_RANDOM, MOST, ROUND, ROUNDS, clusters, doubtful, mixed, typical
from tests.labeling.suggest.worlds import blobs, known


def none(count: int) -> BoolArray:
    return np.zeros(count, dtype=np.bool_)


def test_the_first_picks_come_from_everywhere() -> None:
    features, truth = blobs(600, 8)
    points = known(features).points
    picked = typical(points, none(600), 8, np.random.default_rng(0))
    assert len(set(truth[picked])) >= 7
    by_chance = np.mean([len(set(np.random.default_rng(seed).permutation(truth)[:8])) for seed in range(50)])
    assert by_chance < 6


def test_further_picks_come_from_where_no_label_is() -> None:
    features, truth = blobs(600, 6)
    points = known(features).points
    labelled = none(600)
    for one in range(3):
        labelled[np.flatnonzero(truth == one)[:4]] = True
    picked = typical(points, labelled, 5, np.random.default_rng(0))
    assert (truth[picked] >= 3).mean() > 0.7
    assert not labelled[picked].any()


def test_of_very_many_samples_some_are_looked_at() -> None:
    features, _ = blobs(MOST + 2000, 4)
    picked = typical(known(features).points, none(len(features)), 20, np.random.default_rng(0))
    assert 1 <= len(picked) <= 20
    assert len(set(picked.tolist())) == len(picked)


def test_alike_samples_all_doubtful_are_asked_about_once() -> None:
    random = np.random.default_rng(0)
    crowd = np.tile(random.normal(size=(1, 30)), (50, 1)) + 0.01 * random.normal(size=(50, 30))
    others = random.normal(size=(150, 30)) * 3
    points = known(np.concatenate([crowd, others]).astype(np.float32)).points
    doubt = np.concatenate([np.full(50, 0.99), np.linspace(0.9, 0.5, 150)])
    picked = doubtful(points, doubt, 8, random)
    assert (picked < 50).sum() == 1
    assert np.all(np.diff(doubt[picked]) <= 0)


def test_a_fifth_is_drawn_at_random_from_all_samples_alike() -> None:
    features, _ = blobs(400, 3)
    points, doubt = known(features).points, np.linspace(1.0, 0.0, 400)
    drawn = []
    for seed in range(60):
        picks = mixed(points, doubt, ~none(400), np.random.default_rng(seed))
        assert len(set(picks.rows.tolist())) == len(picks.rows) == ROUND * ROUNDS
        assert picks.drawn.sum() == AT_RANDOM * ROUNDS
        assert picks.drawn[:ROUND].sum() == AT_RANDOM
        drawn += picks.rows[picks.drawn].tolist()
    assert 160 < np.mean(drawn) < 240
    assert 0.05 < (np.array(drawn) < 40).mean() < 0.16  # the most doubtful are drawn as often as others


def test_few_samples_are_all_picked_and_none_twice() -> None:
    features, _ = blobs(5, 2)
    picks = mixed(
        known(np.concatenate([features, features])).points[:5], np.ones(5), ~none(5), np.random.default_rng(0)
    )
    assert sorted(picks.rows.tolist()) == [0, 1, 2, 3, 4]


def test_what_is_not_worth_asking_about_comes_by_chance_alone() -> None:
    features, _ = blobs(200, 3)
    askable = none(200)
    askable[:100] = True
    picks = mixed(known(features).points, np.linspace(0, 1, 200), askable, np.random.default_rng(1))
    assert (picks.rows[~picks.drawn] < 100).all()


def test_clusters_of_equal_points_are_found_all_the_same() -> None:
    centres, owner = clusters(np.ones((10, 3), dtype=np.float32), 4, np.random.default_rng(0))
    assert np.isfinite(centres).all()
    assert owner.shape == (10,)
