from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.arrays import IntArray
from engine.split import _codes, assign_folds, assign_test, holdout_share, n_folds

Case = tuple[list[str], IntArray]


@st.composite
def grouped(draw: st.DrawFn, mixed: bool = False) -> Case:
    """Labels with groups; unless ``mixed``, all samples of a group share a class."""
    sizes = draw(st.lists(st.integers(1, 5), min_size=1, max_size=60))
    classes = draw(st.integers(1, 5))
    labels: list[str] = []
    groups: list[int] = []
    for group, size in enumerate(sizes):
        common = draw(st.integers(0, classes - 1))
        for _ in range(size):
            labels.append(f"c{draw(st.integers(0, classes - 1)) if mixed else common}")
            groups.append(group * 7 - 3)
    return labels, np.array(groups, dtype=np.int64)


def groups_of(labels: list[str], groups: IntArray) -> dict[str, set[int]]:
    """The groups each class occurs in."""
    found: dict[str, set[int]] = {}
    for label, group in zip(labels, groups.tolist(), strict=True):
        found.setdefault(label, set()).add(group)
    return found


def test_rule_of_the_spec() -> None:
    assert [n_folds(n) for n in (1, 2499, 2500, 49_999, 50_000)] == [8, 8, 5, 5, 1]
    assert holdout_share(10_000) == 0.1
    assert holdout_share(50_000) == 0.05
    assert holdout_share(10_000_000) == 0.01


@given(grouped(mixed=True), st.floats(0.01, 0.6), st.integers(0, 5))
def test_groups_never_straddle_test_and_train(case: Case, fraction: float, seed: int) -> None:
    labels, groups = case
    test = assign_test(labels, groups, fraction, seed)
    assert not set(groups[test].tolist()) & set(groups[~test].tolist())


@given(grouped(mixed=True), st.floats(0.01, 0.6), st.integers(0, 5))
def test_every_class_stays_in_train(case: Case, fraction: float, seed: int) -> None:
    labels, groups = case
    test = assign_test(labels, groups, fraction, seed)
    kept = {label for label, held in zip(labels, test, strict=True) if not held}
    assert kept == set(labels)


@given(grouped(mixed=True), st.floats(0.01, 0.6))
def test_a_class_of_fewer_than_three_groups_gives_none_to_test(case: Case, fraction: float) -> None:
    labels, groups = case
    test = assign_test(labels, groups, fraction, 0)
    rare = {label for label, found in groups_of(labels, groups).items() if len(found) < 3}
    assert not rare & {label for label, held in zip(labels, test, strict=True) if held}


@given(grouped(), st.floats(0.05, 0.5), st.integers(0, 5))
def test_share_of_each_class_is_near_the_fraction(case: Case, fraction: float, seed: int) -> None:
    labels, groups = case
    test = assign_test(labels, groups, fraction, seed)
    names = np.array(labels)
    for name, found in groups_of(labels, groups).items():
        if len(found) >= 3:
            mine = names == name
            largest = int(np.unique(groups[mine], return_counts=True)[1].max())
            assert test[mine].any()
            assert abs(test[mine].sum() - fraction * mine.sum()) <= largest


def test_without_duplicates_the_share_is_exact() -> None:
    labels = ["a"] * 400 + ["b"] * 200
    test = assign_test(labels, np.arange(600), 0.15, 3)
    assert (test[:400].sum(), test[400:].sum()) == (60, 30)


def test_no_fraction_no_test_part() -> None:
    assert not assign_test(["a", "b"] * 50, np.arange(100), 0.0, 0).any()


def test_seed_decides() -> None:
    labels, groups = ["a", "b"] * 100, np.arange(200)
    first, again, other = (assign_test(labels, groups, 0.15, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert np.array_equal(assign_folds(labels, groups, 1), assign_folds(labels, groups, 1))


def test_numbers_are_spread_over_their_range() -> None:
    values = np.random.default_rng(0).lognormal(size=1000).tolist()
    groups = np.arange(1000)
    held = np.array(values)[assign_test(values, groups, 0.15, 0)]
    assert len(held) == 150
    assert np.quantile(held, [0.1, 0.5, 0.9]) == pytest.approx(np.quantile(values, [0.1, 0.5, 0.9]), rel=0.15)
    folds = assign_folds(values, groups, 0)
    assert np.bincount(folds).tolist() == [125] * 8


@given(grouped(mixed=True), st.integers(0, 5))
def test_folds_keep_groups_whole(case: Case, seed: int) -> None:
    labels, groups = case
    folds = assign_folds(labels, groups, seed)
    for group in np.unique(groups):
        assert len(np.unique(folds[groups == group])) == 1


@given(grouped(), st.integers(0, 5))
def test_every_class_of_two_groups_is_checked_in_two_folds(case: Case, seed: int) -> None:
    labels, groups = case
    folds = assign_folds(labels, groups, seed)
    names = np.array(labels)
    for name, found in groups_of(labels, groups).items():
        seen = np.unique(folds[names == name])
        assert (len(seen) >= 2 and seen.min() >= 0) if len(found) >= 2 else seen.tolist() == [-1]


@settings(max_examples=200)
@given(grouped(mixed=True), st.integers(0, 5))
def test_no_class_is_checked_without_having_been_learned(case: Case, seed: int) -> None:
    labels, groups = case
    folds = assign_folds(labels, groups, seed)
    names = np.array(labels)
    for fold in np.unique(folds[folds >= 0]):
        assert set(names[folds == fold]) <= set(names[folds != fold])


@given(grouped(), st.integers(0, 5))
def test_folds_are_numbered_without_gaps(case: Case, seed: int) -> None:
    folds = assign_folds(*case, seed)
    used = np.unique(folds[folds >= 0])
    assert used.tolist() == list(range(len(used)))
    assert len(used) <= 8


def test_folds_are_balanced_within_each_class() -> None:
    labels = ["a"] * 1000 + ["b"] * 83
    folds = assign_folds(labels, np.arange(1083), 0)
    for part in (folds[:1000], folds[1000:]):
        counts = np.bincount(part, minlength=8)
        assert counts.max() - counts.min() <= 1


def test_large_data_has_one_holdout() -> None:
    labels = ["a"] * 59_000 + ["b"] * 1_000
    folds = assign_folds(labels, np.arange(60_000), 0)
    assert np.unique(folds).tolist() == [-1, 0]
    assert (folds == 0).sum() == 2500
    assert (folds[59_000:] == 0).sum() in (41, 42)


@pytest.mark.parametrize(("count", "held"), [(30, 6), (100, 10), (2_000, 83)])
@pytest.mark.parametrize("numbers", [False, True])
def test_large_data_of_few_groups_is_checked_on_several(count: int, held: int, numbers: bool) -> None:
    groups = np.repeat(np.arange(count), 60_000 // count)
    rng = np.random.default_rng(0)
    labels = rng.normal(size=len(groups)).tolist() if numbers else rng.choice(["a", "b"], len(groups)).tolist()
    folds = assign_folds(labels, groups, 0)
    assert len(np.unique(groups[folds == 0])) == pytest.approx(held, abs=3)
    assert np.unique(folds).tolist() == [-1, 0]


def test_a_few_copies_among_large_data_change_nothing() -> None:
    groups = np.arange(60_000)
    groups[1::1000] = groups[::1000]
    assert (assign_folds(["a"] * 60_000, groups, 0) == 0).sum() in (2499, 2500, 2501)


def test_a_pair_of_samples_makes_two_folds() -> None:
    assert sorted(assign_folds(["a", "a"], np.arange(2), 0).tolist()) == [0, 1]


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=1))
def test_classes_are_numbered_as_their_names_sort(names: list[str]) -> None:
    assert np.array_equal(_codes(names), np.unique(np.array(names), return_inverse=True)[1])


def test_one_long_name_takes_no_room_for_all_others() -> None:
    labels = ["long " * 400, *["a", "b"] * 2_500]
    tracemalloc.start()
    try:
        folds = assign_folds(labels, np.arange(len(labels)), 0)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert folds[0] == -1
    assert most < 10_000_000


def test_nothing_to_split() -> None:
    empty = np.empty(0, dtype=np.int64)
    assert assign_test([], empty, 0.15, 0).shape == (0,)
    assert assign_folds([], empty, 0).shape == (0,)


def test_wrong_use_is_told() -> None:
    with pytest.raises(ValueError, match=r"must lie in \[0, 1\), but got 1\.5"):
        assign_test(["a"], np.arange(1), 1.5, 0)
    with pytest.raises(ValueError, match="2 labels and 1 groups"):
        assign_folds(["a", "b"], np.arange(1), 0)
