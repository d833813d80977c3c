"""Links: from raw outputs to predictions."""

from __future__ import annotations

import numpy as np
import pytest

from engine.arrays import FloatArray
from engine.errors import ModelError
from engine.modalities.table.target import Link
from tests.engine.modalities.table.tables import a_task

SKEWED = np.exp(np.random.default_rng(0).normal(10.0, 1.0, 500))


def test_two_classes_are_one_log_odds() -> None:
    link = Link.fit(a_task(2), np.array([0.0, 1.0]))
    np.testing.assert_allclose(
        link.apply(np.array([[0.0], [np.log(3.0)], [5000.0]])), [[0.5, 0.5], [0.25, 0.75], [0.0, 1.0]]
    )


def test_more_classes_are_a_softmax() -> None:
    link = Link.fit(a_task(3), np.array([0.0, 1.0, 2.0]))
    np.testing.assert_allclose(
        link.apply(np.array([[0.0, 0.0, 1000.0], [1.0, 1.0, 1.0]])), [[0.0, 0.0, 1.0], [1 / 3] * 3]
    )


def test_a_skewed_target_is_learned_as_its_logarithm() -> None:
    assert Link.fit(a_task(0), SKEWED).name == "exp"
    assert Link.fit(a_task(0), SKEWED, logarithm=False).name == "identity"
    assert Link.fit(a_task(0), SKEWED - SKEWED.min()).name == "identity"
    assert Link.fit(a_task(0), np.random.default_rng(0).normal(100.0, 1.0, 500)).name == "identity"


@pytest.mark.parametrize("labels", [SKEWED, SKEWED - 1e4, np.array([5.0, 5.0]), 1.7e9 + np.arange(4.0)])
def test_what_is_learned_comes_back(labels: FloatArray) -> None:
    link = Link.fit(a_task(0), labels)
    np.testing.assert_allclose(link.apply(link.raw_targets(labels)[:, None])[:, 0], labels)


def test_the_loss_of_a_regression_is_the_share_not_explained() -> None:
    for link in (Link.fit(a_task(0), SKEWED), Link.fit(a_task(0), SKEWED, logarithm=False)):
        assert link.loss(SKEWED, np.full((len(SKEWED), 1), SKEWED.mean())) == pytest.approx(1.0)


def test_the_loss_of_a_classifier_is_finite_where_it_was_sure_and_wrong() -> None:
    loss = Link("sigmoid").loss(np.array([0.0, 1.0]), np.array([[0.0, 1.0], [0.5, 0.5]]))
    assert loss == pytest.approx((-np.log(1e-15) + np.log(2.0)) / 2)


def test_it_survives_json() -> None:
    link = Link.fit(a_task(0), SKEWED)
    assert Link.from_json(link.to_json()) == link


def test_an_unknown_link_asks_for_a_newer_version() -> None:
    with pytest.raises(ModelError, match="newer version"):
        Link.from_json({"name": "probit", "scale": 1.0, "shift": 0.0})
    with pytest.raises(ModelError, match="cannot be read"):
        Link.from_json({"name": "exp"})


def test_what_is_learned_as_a_logarithm_is_brought_to_the_level_of_the_labels() -> None:
    link = Link.fit(a_task(0), SKEWED)
    middle = np.full((500, 1), np.exp(link.shift))
    middle[:100] = np.nan
    levelled, answers = link.levelled(SKEWED, middle)
    assert answers[100:, 0] == pytest.approx(SKEWED[100:].mean())
    assert np.isnan(answers[:100]).all()
    np.testing.assert_allclose(levelled.apply(np.zeros((1, 1))), answers[-1:])
    assert link.loss(SKEWED[100:], answers[100:]) < link.loss(SKEWED[100:], middle[100:])


@pytest.mark.parametrize("link", [Link("identity"), Link("sigmoid"), Link("exp")])
def test_other_answers_stay_as_they_are(link: Link) -> None:
    nothing = np.full((5, 1), np.nan)
    assert link.levelled(np.ones(5), nothing)[0] == link
    if link.name != "exp":
        assert link.levelled(np.ones(5), nothing + 2.0)[0] == link
