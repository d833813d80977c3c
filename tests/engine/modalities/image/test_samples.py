from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from engine.dataset import Dataset
from engine.errors import DataError
from engine.modalities import open_samples
from engine.modalities.image.samples import ImageSamples
from engine.task import Kind, Modality, Task
from tests.engine.modalities.image.pictures import samples, texture


def test_a_dataset_opens_as_pictures(tmp_path: Path) -> None:
    made = samples(tmp_path / "p", [0, 1])
    frame = pl.DataFrame({"id": ["a", "b"], "reference": made.references, "content": made.content})
    task = Task(Modality.IMAGE, Kind.MULTICLASS, ("a", "b"))
    opened = open_samples(Dataset(frame), task, tmp_path)
    assert isinstance(opened, ImageSamples)
    assert opened.content == made.content
    assert opened.cache == tmp_path
    np.testing.assert_array_equal(opened.picture(1), texture(1, 1))


def test_taking_keeps_order_and_what_is_known() -> None:
    pictures = ImageSamples.from_arrays([texture(0, seed) for seed in range(4)])
    pictures.known["kind"] = np.arange(8, dtype=np.float32).reshape(4, 2)
    taken = pictures.take(np.array([3, 1]))
    assert len(taken) == 2
    np.testing.assert_array_equal(taken.picture(0), texture(0, 3))
    assert taken.known["kind"].tolist() == [[6.0, 7.0], [2.0, 3.0]]


def test_paths_are_pictures_whose_content_is_not_known(tmp_path: Path) -> None:
    made = samples(tmp_path / "p", [0])
    assert ImageSamples.from_paths(made.references).content == (None,)


def test_an_unreadable_picture_is_none_or_an_error(tmp_path: Path) -> None:
    pictures = ImageSamples.from_paths([tmp_path / "gone.png"])
    assert pictures.picture_or_none(0) is None
    with pytest.raises(DataError):
        pictures.picture(0)
