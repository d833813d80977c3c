from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from engine.modalities.text.chunks import CHUNK
from engine.modalities.text.features import LENGTH, LOOKS, FeatureKind, Looks
from engine.modalities.text.samples import TextSamples

KIND = FeatureKind()
STEP = CHUNK - 2
HALF = 0.02  # what half precision leaves open, of features around 0.3


def features(*texts: str, looks: int = 1) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    seen, rows = Looks(TextSamples.from_texts(texts), "cpu", threads=1), np.arange(len(texts))
    assert seen.advance(rows, looks)
    return seen.features(rows, looks)


def test_a_text_has_the_same_features_in_any_company() -> None:
    texts = ("a fine film", "word " * 100, "bad", "x " * 300)
    together = features(*texts, looks=2)
    assert together.shape == (4, LENGTH)
    assert together.dtype == np.float32
    for row, text in enumerate(texts):
        np.testing.assert_allclose(features(text, looks=2)[0], together[row], atol=HALF)


def test_a_long_text_is_the_mean_of_its_chunks() -> None:
    parts = ["good " * STEP, "bad " * STEP, "small " * STEP]
    text = "".join(parts)
    np.testing.assert_allclose(features(text, looks=2)[0], features(*parts).mean(axis=0), atol=HALF)


def test_the_first_look_is_at_both_ends() -> None:
    first, middle, last = "good " * STEP, "small " * 3 * STEP, "bad " * STEP
    np.testing.assert_allclose(features(first + middle + last)[0], features(first, last).mean(axis=0), atol=HALF)


def test_only_long_texts_are_looked_at_again() -> None:
    samples, rows = TextSamples.from_texts(["short", "good " * 3 * STEP, "bad " * 40 * STEP]), np.arange(3)
    looks = Looks(samples, "cpu", threads=1)
    assert looks.advance(rows, 2)
    assert [table.done.tolist() for table in looks.tables] == [[True] * 3, [False, True, True]]
    assert looks.seen == 1 + 3 + LOOKS[1]


def test_a_file_that_is_gone_for_a_while_is_looked_at_once_it_is_back(tmp_path: Path) -> None:
    files, rows = [tmp_path / "a.txt", tmp_path / "b.txt"], np.arange(2)
    texts = ["a fine film", "bad"]

    def looks() -> Looks:
        samples = TextSamples(files, tmp_path / "cache", ["0" * 32, "1" * 32])
        samples.forget()  # each file is read when it is looked at
        found = Looks(samples, "cpu", threads=1)
        found.open(1)
        return found

    for file, text in zip(files, texts, strict=True):
        file.write_text(text, encoding="utf-8")
    first = looks()
    files[1].unlink()
    assert first.advance(rows, 1)
    files[1].write_text(texts[1], encoding="utf-8")
    again = looks()
    assert again.tables[0].done.tolist() == [True, False]
    assert again.advance(rows, 1)
    np.testing.assert_allclose(again.features(rows, 1), features(*texts), atol=HALF)


def test_any_text_has_finite_features() -> None:
    assert np.isfinite(features("", " ", "\ud800", "\x00", "😀" * 50, "[SEP] [PAD] [MASK]", "味道很好")).all()


def test_columns_are_told_apart() -> None:
    both = TextSamples([("red", "green"), ("green", "red")])
    found = KIND.compute(both, np.arange(2), "cpu")
    assert np.abs(found[0] - found[1]).max() > 1e-2


def test_threads_and_batches_change_nothing() -> None:
    texts = [f"the {number} th text " * (1 + number % 7) for number in range(70)]
    looks = Looks(TextSamples.from_texts(texts), "cpu", threads=2)
    assert looks.advance(np.arange(70), 1)
    np.testing.assert_allclose(looks.features(np.arange(70), 1), features(*texts), atol=HALF)


LIMITS = ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY")  # of shapes that PyTorch keeps code for


def test_few_shapes_are_remembered_from_the_first_product_on() -> None:
    """It is looked at once, when the first product is computed; that is when half precision is tried out."""
    code = f"""
import os, sys
from engine.finetune import precision
precision._seconds = lambda *sides: sys.exit(print(*map(os.environ.get, {LIMITS})))
from engine.modalities.text.features import frozen
frozen("cpu")
"""
    environment = {name: value for name, value in os.environ.items() if name not in LIMITS}
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.splitlines() == ["16 16"]


def test_any_device_takes_batches_of_some_size() -> None:
    kind = FeatureKind()
    assert kind.batch("mps") == kind.batch("cpu") < kind.batch("cuda")
