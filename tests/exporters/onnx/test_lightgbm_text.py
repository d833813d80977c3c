"""LightGBM's text read as arrays: compared with LightGBM's own predictions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.arrays import FloatArray
from engine.modalities.table.backend import load_lightgbm
from exporters.errors import NotExportable
from exporters.onnx.graph import DOUBLE, Graph
from exporters.onnx.lightgbm_text import parse_lightgbm
from exporters.onnx.runtime import ort_session
from exporters.onnx.trees import tree_ensemble


def table(count: int, seed: int) -> FloatArray:
    """A number with gaps, a category of 150 codes, timestamps, another category, a number."""
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(count, 5))
    numbers[:, 1] = rng.integers(0, 150, count)
    numbers[:, 2] = 1.7e9 + rng.integers(0, 10**6, count)
    numbers[:, 3] = rng.integers(0, 5, count)
    numbers[rng.random(count) < 0.1, 0] = np.nan
    return numbers


def awkward(seed: int = 9) -> FloatArray:
    """Rows with unseen codes, gaps anywhere and huge numbers."""
    rng = np.random.default_rng(seed)
    numbers = np.vstack([table(400, seed), table(3, seed)])
    numbers[:400, 1] = rng.integers(0, 200, 400)
    numbers[:400][rng.random((400, 5)) < 0.1] = np.nan
    numbers[-3:, [0, 2, 4]] = np.array([[1e308], [-1e308], [np.nan]])
    return numbers


def train(count: int = 600, rounds: int = 25, **params: Any) -> Any:
    numbers = table(count, seed=0)
    labels = np.nan_to_num(numbers[:, 0]) + numbers[:, 1] % 3 + (numbers[:, 2] > 1.7e9 + 8e5)
    if params["objective"] in ("binary", "multiclass"):
        labels = labels.astype(np.int64) % params.get("num_class", 2)
    module = load_lightgbm()
    data = module.Dataset(
        numbers, labels, categorical_feature=[1, 3], params={"verbosity": -1, "num_threads": 1, **params}
    )
    return module.train({"verbosity": -1, "num_threads": 1, **params}, data, rounds)


def run(text: str, numbers: FloatArray) -> FloatArray:
    booster = parse_lightgbm(text)
    graph = Graph(["x", "y"])
    graph.add_input("x", DOUBLE, ["N", booster.features])
    targets = [index % booster.outputs for index in range(len(booster.trees))]
    raw = tree_ensemble(graph, "x", booster.trees, targets, booster.outputs)
    graph.add_output(raw, "y", DOUBLE, ["N", booster.outputs])
    answers: FloatArray = ort_session(graph.build("booster", {}).SerializeToString()).run(None, {"x": numbers})[0]
    return answers


@pytest.mark.parametrize(
    "params",
    [
        {"objective": "binary"},
        {"objective": "multiclass", "num_class": 3},
        {"objective": "regression", "num_leaves": 255, "min_data_in_leaf": 2},
        {"objective": "regression", "use_missing": False},
        {"objective": "regression_l1", "boosting": "dart"},
        {"objective": "multiclass", "num_class": 3, "min_data_in_leaf": 500},
    ],
    ids=["two classes", "three classes", "deep", "missing as zero's side", "dart", "constant trees"],
)
def test_trees_answer_as_lightgbm_does(params: dict[str, Any]) -> None:
    booster = train(**params)
    expected = booster.predict(awkward(), raw_score=True).reshape(len(awkward()), -1)
    np.testing.assert_allclose(run(booster.model_to_string(), awkward()), expected, rtol=1e-12, atol=1e-12)


def test_header_tells_outputs_features_and_objective() -> None:
    booster = parse_lightgbm(train(rounds=2, objective="multiclass", num_class=3).model_to_string())
    assert (booster.outputs, booster.features, len(booster.trees)) == (3, 5, 6)
    assert (booster.objective, booster.settings) == ("multiclass", {"num_class": "3"})


@pytest.mark.parametrize(
    ("params", "why"),
    [
        ({"zero_as_missing": True}, "it takes zero for missing"),
        ({"linear_tree": True}, "its leaves are linear"),
        ({"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.5}, "averaged forest"),
    ],
)
def test_what_cannot_be_repeated_exactly_is_refused(params: dict[str, Any], why: str) -> None:
    text = train(rounds=3, objective="regression", **params).model_to_string()
    with pytest.raises(NotExportable, match=why):
        parse_lightgbm(text)


@pytest.mark.parametrize(
    "spoil", [("num_leaves=", "leaves="), ("threshold=", "threshold=x "), ("max_feature_idx", "m")]
)
def test_a_damaged_text_is_refused(spoil: tuple[str, str]) -> None:
    text = train(rounds=2, objective="binary").model_to_string()
    with pytest.raises(NotExportable, match=r"damaged|cannot be repeated"):
        parse_lightgbm(text.replace(*spoil))
