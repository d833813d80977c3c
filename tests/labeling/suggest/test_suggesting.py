from __future__ import annotations

import numpy as np
import pytest

from engine.arrays import IntArray
from engine.task import Kind
from labeling.project.stored import Label
from labeling.suggest.model import ENOUGH_ASKED, Suggestions
from labeling.suggest.pool import Known, Pool
from labeling.suggest.suggesting import DIVERSE, ENOUGH, Labelling, suggest
from tests.labeling.suggest.worlds import blobs, known

NAMES = ("ant", "bee", "cow")


def some(truth: IntArray, rows: IntArray | range) -> list[Label]:
    """Return labels of these rows alone."""
    labels: list[Label] = [None] * len(truth)
    for row in rows:
        labels[row] = NAMES[truth[row]]
    return labels


def labelling(labels: list[Label], kind: Kind = Kind.MULTICLASS, groups: IntArray | None = None) -> Labelling:
    return Labelling([str(row) for row in range(len(labels))], labels, kind, NAMES, groups)


def test_before_there_are_labels_the_order_begins_with_unlike_samples() -> None:
    features, truth = blobs(300, 3)
    found = suggest(labelling([None] * 300), known(features))
    assert not found.by_sample
    assert sorted(map(int, found.order)) == list(range(300))
    assert {truth[int(key)] for key in found.order[:6]} == {0, 1, 2}


@pytest.mark.parametrize(("rows", "there"), [(range(ENOUGH - 1), False), (range(ENOUGH), True)])
def test_suggestions_begin_with_ten_labels(rows: range, there: bool) -> None:
    features, truth = blobs(200, 3)
    found = suggest(labelling(some(truth, rows)), known(features))
    assert bool(found.by_sample) is there
    assert not set(found.order) & {str(row) for row in rows}


def test_labels_of_one_class_suggest_nothing() -> None:
    features, truth = blobs(300, 3)
    found = suggest(labelling(some(truth, np.flatnonzero(truth == 1)[:30])), known(features))
    assert not found.by_sample
    assert len(found.order) == 270


def test_what_is_suggested_is_mostly_right_and_doubt_is_where_it_is_not() -> None:
    features, truth = blobs(1500, 3, far=0.6)
    found = suggest(labelling(some(truth, range(60))), known(features))
    right = {key: one.names == (NAMES[truth[int(key)]],) for key, one in found.by_sample.items()}
    assert 0.5 < np.mean(list(right.values())) < 0.99
    doubtful = found.doubtful()
    third = len(doubtful) // 3
    assert np.mean([right[key] for key in doubtful[:third]]) < np.mean([right[key] for key in doubtful[-third:]]) - 0.1
    assert all(0.0 <= one.chance <= 1.0 and 0.0 <= one.doubt <= 1.0 for one in found.by_sample.values())


def test_after_twenty_labels_a_fifth_of_the_next_is_drawn_at_random() -> None:
    features, truth = blobs(400, 3)
    before = suggest(labelling(some(truth, range(DIVERSE - 1))), known(features))
    after = suggest(labelling(some(truth, range(DIVERSE + 5))), known(features))
    assert not before.random
    assert len([key for key in after.order[:20] if key in after.random]) == 4
    assert after.random <= set(after.order)


def test_a_class_without_labels_keeps_the_order_diverse_for_a_while() -> None:
    features, truth = blobs(400, 3)
    two_of_three = np.flatnonzero(truth < 2)[: DIVERSE + 2]
    labels = some(truth, two_of_three)
    names = [*NAMES, *(f"rare {number}" for number in range(10))]
    waiting = Labelling([str(row) for row in range(400)], labels, Kind.MULTICLASS, names)
    assert not suggest(waiting, known(features)).random
    assert suggest(Labelling(waiting.ids, labels, Kind.MULTICLASS, NAMES[:2]), known(features)).random


def test_near_copies_are_not_asked_about_one_after_the_other() -> None:
    features, truth = blobs(200, 3)
    features[100:] = features[:100]
    truth[100:] = truth[:100]
    groups = np.tile(np.arange(100), 2)
    found = suggest(labelling(some(truth, range(30)), groups=groups), known(features))
    picked = [int(key) for key in found.order[:24] if key not in found.random]
    asked = [groups[row] for row in picked]
    assert len(set(asked)) == len(asked)
    assert all(group >= 30 for group in asked)


def test_samples_not_looked_at_yet_and_unreadable_ones_come_last() -> None:
    features, truth = blobs(100, 3)
    pool = Pool()
    features[3] = np.nan
    pool.add(100, np.arange(60), features[:60])
    found = suggest(labelling(some(truth, range(30, 50))), pool.known())
    assert set(found.by_sample) == {str(row) for row in range(60) if row != 3 and not 30 <= row < 50}
    assert set(map(int, found.order[-41:-1])) == set(range(60, 100))
    assert found.order[-1] == "3"


def test_without_any_features_the_order_is_that_of_the_samples() -> None:
    nothing = Known(np.empty(0, dtype=np.int64), np.empty((0, 0), dtype=np.float32), np.empty(0, dtype=np.int64))
    assert suggest(labelling(["ant", None, None]), nothing).order == ("1", "2")


def test_when_all_have_labels_nothing_is_left() -> None:
    features, truth = blobs(40, 3)
    assert suggest(labelling(some(truth, range(40))), known(features)) == Suggestions()


def test_several_classes_are_suggested_together() -> None:
    features, truth = blobs(300, 3)
    sets = [("ant",), ("ant", "bee"), ()]
    labels: list[Label] = [sets[one] if row < 60 else None for row, one in enumerate(truth)]
    found = suggest(labelling(labels, Kind.MULTILABEL), known(features))
    right = [one.names == sets[truth[int(key)]] for key, one in found.by_sample.items()]
    assert np.mean(right) > 0.95


def test_numbers_are_suggested_with_how_strange_the_sample_is() -> None:
    features, truth = blobs(300, 3)
    numbers = 10.0 * truth + features[:, 0]
    seen = np.flatnonzero(truth < 2)[:50]
    labels: list[Label] = [float(numbers[row]) if row in set(seen.tolist()) else None for row in range(300)]
    found = suggest(labelling(labels, Kind.REGRESSION), known(features))
    told = {int(key): one for key, one in found.by_sample.items()}
    near = [row for row in told if truth[row] < 2]
    off = np.array([(told[row].number or 0.0) - numbers[row] for row in near])
    assert np.sqrt((off**2).mean()) < 0.4 * numbers[near].std()
    assert all(one.names == () for one in told.values())
    strange = np.mean([told[row].doubt for row in told if truth[row] == 2])
    assert strange > np.mean([told[row].doubt for row in near]) + 0.05


def test_the_share_that_was_right_is_told_once_enough_were_asked() -> None:
    assert Suggestions(right=(ENOUGH_ASKED - 1, ENOUGH_ASKED - 1)).share_right is None
    assert Suggestions(right=(9, ENOUGH_ASKED)).share_right == pytest.approx(0.9)
    assert Suggestions().share_right is None


def test_the_same_labels_suggest_the_same() -> None:
    features, truth = blobs(200, 3)
    one, other = (suggest(labelling(some(truth, range(30))), known(features)) for _ in range(2))
    assert one == other
    assert one.order != suggest(labelling(some(truth, range(30))), known(features), seed=1).order
