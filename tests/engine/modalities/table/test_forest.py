"""Forests as arrays give scikit-learn's answers."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

from engine.modalities.table.features import TableEncoder
from engine.modalities.table.forest import Forest, TreeInputs
from engine.modalities.table.samples import TableSamples
from tests.engine.modalities.table.tables import COLUMNS, answers, rows


def fitted(samples: TableSamples, classes: int) -> tuple[TableEncoder, TreeInputs]:
    encoder = TableEncoder.fit(samples, COLUMNS)
    return encoder, TreeInputs.fit(encoder, samples.encoded(encoder), answers(samples, classes), classes)[0]


@pytest.mark.parametrize("classes", [2, 4])
def test_classes_are_predicted_as_scikit_learn_does(classes: int) -> None:
    samples = rows(400)
    encoder, inputs = fitted(samples, classes)
    design = inputs.design(samples.encoded(encoder))
    model = ExtraTreesClassifier(20, min_samples_leaf=2, random_state=0).fit(design, answers(samples, classes))
    forest = Forest.of([tree.tree_ for tree in model.estimators_], np.arange(classes), classes)
    others = inputs.design(rows(300, seed=1).encoded(encoder))
    np.testing.assert_allclose(forest.predict(others), model.predict_proba(others), rtol=0, atol=1e-12)


def test_numbers_are_predicted_as_scikit_learn_does() -> None:
    samples = rows(400)
    encoder, inputs = fitted(samples, 0)
    design = inputs.design(samples.encoded(encoder))
    model = ExtraTreesRegressor(20, random_state=0).fit(design, answers(samples, 0) / 1e4)
    halves = [
        Forest.of([tree.tree_ for tree in half], np.zeros(1, dtype=np.int64), 1)
        for half in (model.estimators_[:7], model.estimators_[7:])
    ]
    others = inputs.design(rows(300, seed=1).encoded(encoder))
    np.testing.assert_allclose(Forest.join(halves).predict(others)[:, 0], model.predict(others), rtol=1e-12)


def test_a_class_that_a_fold_lacks_gets_nothing() -> None:
    samples = rows(100)
    encoder, inputs = fitted(samples, 2)
    labels = answers(samples, 2)
    design = inputs.design(samples.encoded(encoder))
    model = ExtraTreesClassifier(3, random_state=0).fit(design, np.where(labels > 0, 2.0, 0.0))
    forest = Forest.of([tree.tree_ for tree in model.estimators_], model.classes_.astype(np.int64), 3)
    assert (forest.predict(design)[:, 1] == 0).all()


def test_missing_numbers_lie_below_all_known_ones() -> None:
    samples = rows(100)
    encoder, inputs = fitted(samples, 2)
    design = inputs.design(samples.encoded(encoder))
    missing = np.isnan(samples.encoded(encoder)[:, 0])
    assert design[missing, 0].max() < design[~missing, 0].min()


def test_categories_stand_in_the_order_of_their_mean_target() -> None:
    samples = rows(600)
    encoder, inputs = fitted(samples, 2)
    colours = dict(zip(encoder.columns[2].values, inputs.tables[0], strict=False))
    assert colours["red"] > max(colours["green"], colours["blue"])


def test_huge_numbers_stay_finite_in_single_precision() -> None:
    encoder, inputs = fitted(rows(50), 2)
    huge = np.array([[1e308, -1e308, 0.0, 0.0]])
    assert np.isfinite(inputs.design(huge)).all()
    filled = TreeInputs.fit(encoder, np.array([[1e308, 1.7e9, 0.0, 0.0], [-1e308, 1.7e9, 0.0, 0.0]]), np.zeros(2), 2)[0]
    assert np.isfinite(filled.fills).all()
    assert np.float32(filled.fills[1]) < np.float32(1.7e9)


def test_a_tree_of_one_leaf_answers() -> None:
    model = ExtraTreesRegressor(2, random_state=0).fit(np.zeros((4, 1), dtype=np.float32), np.full(4, 7.0))
    forest = Forest.of([tree.tree_ for tree in model.estimators_], np.zeros(1, dtype=np.int64), 1)
    assert forest.predict(np.zeros((1, 1), dtype=np.float32)).tolist() == [[7.0]]
