from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from labeling.agreement import FEWEST, Twice, agreement, cohens_kappa, drawn

CLASSES = st.sampled_from(["bolt", "nut", "washer"])


@given(st.lists(st.tuples(CLASSES, CLASSES), min_size=2, max_size=60))
def test_kappa_is_that_of_the_reference(pairs: list[tuple[str, str]]) -> None:
    first, second = [one for one, _ in pairs], [other for _, other in pairs]
    found = cohens_kappa(first, second)
    if len({*first, *second}) == 1:
        assert found is None
    else:
        assert found == pytest.approx(cohen_kappa_score(first, second))


def test_nothing_agrees_with_nothing() -> None:
    assert cohens_kappa([], []) is None
    empty = agreement([Twice("a", "bolt")])
    assert (empty.answered, empty.same, empty.kappa, empty.differing) == (0, 0, None, ())


def test_what_differs_is_told_with_both_labels() -> None:
    twice = [Twice("a", "bolt", "bolt"), Twice("b", "nut", "bolt"), Twice("c", "nut", "nut"), Twice("d", "nut")]
    found = agreement(twice)
    assert (found.answered, found.same) == (3, 2)
    assert found.differing == (twice[1],)
    assert found.kappa == pytest.approx(cohen_kappa_score(["bolt", "nut", "nut"], ["bolt", "bolt", "nut"]))
    assert found.words == "poor"


def test_of_several_classes_kappa_is_the_mean_of_that_of_each() -> None:
    first = [("a",), ("a", "b"), (), ("b",)]
    second = [("a",), ("a",), ("b",), ("b",)]
    found = agreement([Twice(str(at), one, other) for at, (one, other) in enumerate(zip(first, second, strict=True))])
    each = [
        cohen_kappa_score([name in one for one in first], [name in other for other in second]) for name in ("a", "b")
    ]
    assert found.kappa == pytest.approx(sum(each) / 2)
    assert found.same == 2


def test_of_numbers_it_is_told_how_far_they_lie_apart() -> None:
    found = agreement([Twice("a", 10.0, 11.0), Twice("b", 5.0, 5.0), Twice("c", 1.0, 6.0)])
    assert found.kappa is None
    assert found.apart == pytest.approx(2.0)
    assert [one.sample for one in found.differing] == ["c", "a"]


@pytest.mark.parametrize(("labelled", "expected"), [(4, 4), (100, FEWEST), (201, 11), (4000, 200)])
def test_a_twentieth_is_drawn_and_the_same_again(labelled: int, expected: int) -> None:
    names = [f"{number}.png" for number in range(labelled)]
    chosen = drawn(names, seed=3)
    assert len(chosen) == len(set(chosen)) == expected
    assert chosen == drawn(list(reversed(names)), seed=3)
    if labelled > FEWEST:
        assert chosen != drawn(names, seed=4)
