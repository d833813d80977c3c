from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.modalities.text.described import described
from engine.modalities.text.samples import TextSamples

TEXTS = ["The soup was cold.", "The soup was not warm at all.", "Our train leaves at nine.", ""]


def test_texts_of_one_sense_lie_near_each_other(tmp_path: Path) -> None:
    told = described(TextSamples.from_texts(TEXTS, tmp_path), "cpu", threads=1, look=0)
    assert told.shape == (4, 2688)
    assert np.isfinite(told).all()
    around = told[:3] - told[:3].mean(axis=0)
    assert np.linalg.norm(around[0] - around[1]) < np.linalg.norm(around[0] - around[2])


def test_what_was_told_once_is_found_again(tmp_path: Path) -> None:
    first = described(TextSamples.from_texts(TEXTS, tmp_path), "cpu", threads=1, look=0)
    again = described(TextSamples.from_texts(TEXTS, tmp_path), "cpu", threads=1, look=0)
    np.testing.assert_array_equal(first, again)
    assert any(tmp_path.rglob("*.features"))
