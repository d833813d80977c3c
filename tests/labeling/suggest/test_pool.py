from __future__ import annotations

import threading

import numpy as np

from labeling.suggest.pool import Pool
from labeling.suggest.space import LOOKED_AT
from tests.labeling.suggest.worlds import blobs


def test_points_come_as_features_do_and_what_cannot_be_read_is_told_apart() -> None:
    features, _ = blobs(40, 3)
    features[5] = np.nan
    pool = Pool()
    assert not len(pool.known().rows)
    pool.add(40, np.arange(20, 40), features[20:])
    assert pool.known().rows.tolist() == list(range(20, 40))
    pool.add(40, np.arange(20), features[:20])
    now = pool.known()
    assert now.rows.tolist() == [row for row in range(40) if row != 5]
    assert now.unreadable.tolist() == [5]
    assert len(pool) == 40


def test_the_space_is_found_anew_while_there_is_much_more_to_find_it_from() -> None:
    features, truth = blobs(400, 4)
    few, all_at_once = Pool(), Pool()
    for at in range(0, 400, 10):
        few.add(400, np.arange(at, at + 10), features[at : at + 10])
        few.known()
    all_at_once.add(400, np.arange(400), features)
    for pool in (few, all_at_once):
        points = pool.known().points
        inside = np.mean(
            [((points[truth == one] - points[truth == one].mean(axis=0)) ** 2).sum(1).mean() for one in range(4)]
        )
        assert inside < 0.5 * ((points - points.mean(axis=0)) ** 2).sum(axis=1).mean()


def test_later_samples_take_their_place_among_very_many() -> None:
    features, _ = blobs(LOOKED_AT + 300, 3)
    pool = Pool()
    pool.add(len(features), np.arange(LOOKED_AT), features[:LOOKED_AT])
    before = pool.known()
    pool.add(len(features), np.arange(LOOKED_AT, len(features)), features[LOOKED_AT:])
    after = pool.known()
    np.testing.assert_array_equal(after.points[:LOOKED_AT], before.points)
    assert len(after.rows) == len(features)
    spread = ((after.points[LOOKED_AT:, None] - after.points[None, :300]) ** 2).sum(axis=2).mean()
    assert 1.5 < spread < 2.5


def test_samples_may_come_while_others_are_asked_for() -> None:
    features, _ = blobs(2000, 3)
    pool = Pool()

    def bring() -> None:
        for at in range(0, 2000, 50):
            pool.add(2000, np.arange(at, at + 50), features[at : at + 50])

    thread = threading.Thread(target=bring)
    thread.start()
    while thread.is_alive():
        now = pool.known()
        assert len(now.rows) == len(now.points)
    thread.join()
    assert len(pool.known().rows) == 2000


def test_a_feature_described_again_changes_nothing() -> None:
    features, _ = blobs(60, 3)
    pool = Pool()
    pool.add(60, np.arange(60), features)
    before = pool.known()
    pool.add(60, np.arange(60), features)
    assert pool.known().rows.tolist() == before.rows.tolist()
