from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import psutil
import pytest

from engine.features.table import FeatureTable, mean_features, read_tables, write_tables
from engine.modalities.image.features import FeatureKind
from engine.modalities.image.samples import ImageSamples
from tests.engine.modalities.image.pictures import texture

KIND = FeatureKind("efficientnet_lite0", 32)
ROWS = np.arange(4)


def pictures() -> ImageSamples:
    return ImageSamples.from_arrays([texture(label, 0) for label in range(len(ROWS))])


def table(of: ImageSamples) -> FeatureTable:
    return FeatureTable(of, KIND, "cpu", 1)


def test_features_of_all_samples_are_held_once_also_where_there_is_no_room_for_them_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mine = pictures()
    first = table(mine)
    assert first.advance(ROWS)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=0))
    second = table(mine)
    assert second.done.all()
    assert second.features is first.features
    with pytest.raises(MemoryError):
        table(pictures())


def test_what_is_shared_is_not_written_to(tmp_path: Path) -> None:
    mine, other = pictures(), pictures()
    whole = table(mine)
    whole.advance(ROWS)
    known = whole.features.copy()
    partly = table(other)
    partly.take(ROWS[:2], np.full((2, KIND.length), 7.0, dtype=np.float32))
    write_tables(tmp_path / "features", [partly], ROWS)
    read_tables(tmp_path / "features", [table(mine)], ROWS)
    mean_features([whole, whole], ROWS)
    np.testing.assert_array_equal(whole.features, known)
