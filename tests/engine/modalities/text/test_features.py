from __future__ import annotations

import numpy as np

from engine.features.table import FeatureTable
from engine.modalities.text.features import LENGTH, FeatureKind
from engine.modalities.text.samples import TextSamples

KIND = FeatureKind()
HALF = 0.02  # what half precision leaves open, of features around 0.3


def features(*texts: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return KIND.compute(TextSamples.from_texts(texts), np.arange(len(texts)), "cpu")


def test_a_text_has_the_same_features_in_any_company() -> None:
    together = features("a fine film", "word " * 100, "bad", "x " * 300)
    assert together.shape == (4, LENGTH)
    assert together.dtype == np.float32
    for row, text in enumerate(("a fine film", "word " * 100, "bad", "x " * 300)):
        np.testing.assert_allclose(features(text)[0], together[row], atol=HALF)


def test_a_long_text_is_the_mean_of_its_chunks() -> None:
    first, second = "good " * 254, "bad " * 254
    np.testing.assert_allclose(features(first + second)[0], features(first, second).mean(axis=0), atol=HALF)


def test_only_the_beginning_of_a_very_long_text_counts() -> None:
    begin = "good " * (8 * 254)
    np.testing.assert_allclose(features(begin + "bad " * 100_000)[0], features(begin)[0], atol=1e-4)


def test_any_text_has_finite_features() -> None:
    assert np.isfinite(features("", " ", "\ud800", "\x00", "😀" * 50, "[SEP] [PAD] [MASK]", "味道很好")).all()


def test_columns_are_told_apart() -> None:
    both = TextSamples([("red", "green"), ("green", "red")])
    found = KIND.compute(both, np.arange(2), "cpu")
    assert np.abs(found[0] - found[1]).max() > 1e-2


def test_threads_and_batches_change_nothing() -> None:
    texts = [f"the {number} th text " * (1 + number % 7) for number in range(70)]
    table = FeatureTable(TextSamples.from_texts(texts), KIND, "cpu", threads=2)
    assert table.advance(np.arange(70))
    np.testing.assert_allclose(table.features, features(*texts), atol=HALF)
