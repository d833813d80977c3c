"""Pictures that an export is tried on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from PIL import Image

from engine.dataset import Dataset
from engine.modalities.image.samples import ImageSamples
from exporters.onnx.trials import make_trials, usual_count
from exporters.onnx.trials.base import BATCH_SIZES, Trial
from exporters.onnx.trials.image import REAL_PICTURES
from tests.exporters.models import PICTURES


def pictures_of(trial: Trial) -> list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    assert isinstance(trial.samples, ImageSamples)
    return [trial.samples.picture(row) for row in range(len(trial.samples))]


def folder_of_pictures(folder: Path, count: int) -> Dataset:
    """Pictures of 60 × 40 and 30 × 50, every third for the test, the first one broken."""
    rng = np.random.default_rng(0)
    files = []
    for number in range(count):
        shape = (40, 60, 3) if number % 2 else (50, 30, 3)
        files.append(str(folder / f"{number:03}.png"))
        Image.fromarray(rng.integers(0, 256, shape, dtype=np.uint8)).save(files[-1])
    Path(files[0]).write_bytes(b"broken")
    split = ["test" if number % 3 == 0 else "train" for number in range(count)]
    names = [Path(file).name for file in files]
    content = pl.Series([None] * count, dtype=pl.String)
    return Dataset(pl.DataFrame({"id": names, "reference": files, "content": content, "split": split}))


def test_real_pictures_come_by_name_and_broken_ones_are_left_out(tmp_path: Path) -> None:
    real = [trial for trial in make_trials(PICTURES, folder_of_pictures(tmp_path, 20)) if trial.real]
    names = [name for trial in real for name in trial.names]
    assert len(names) == 19
    assert "000.png" not in names
    assert set(names[:6]) == {f"{number:03}.png" for number in range(3, 20, 3)}


def test_no_more_pictures_than_needed_are_decoded(tmp_path: Path) -> None:
    data = folder_of_pictures(tmp_path, 4)
    many = Dataset(pl.concat([data.frame] * 100))
    trials = list(make_trials(PICTURES, many))
    assert sum(len(trial.names) for trial in trials if trial.real) == REAL_PICTURES >= 256
    assert sum(len(trial.names) for trial in trials) == usual_count(PICTURES)


def test_several_pictures_of_one_call_share_a_size(tmp_path: Path) -> None:
    for data in (folder_of_pictures(tmp_path, 20), None):
        trials = [trial for trial in make_trials(PICTURES, data) if "cut to" in trial.names[0]]
        assert [len(trial.names) for trial in trials] == list(BATCH_SIZES)
        assert all(len({picture.shape for picture in pictures_of(trial)}) == 1 for trial in trials)


def test_awkward_pictures_are_tiny_narrow_huge_grey_and_from_odd_files() -> None:
    trial = list(make_trials(PICTURES, None))[-1]
    pictures = dict(zip(trial.names, pictures_of(trial), strict=True))
    assert {(1, 1), (1, 37), (41, 1), (3000, 2000)} <= {picture.shape[:2] for picture in pictures.values()}
    grey = [picture for name, picture in pictures.items() if name.startswith("grey of")]
    assert [int(picture.min()) for picture in grey] == [int(picture.max()) for picture in grey] == [0, 128, 255]
    assert pictures["file transparent.png"].shape == (40, 60, 3)
    assert pictures["file turned.jpg"].shape == (60, 40, 3)
    assert {"file grey.png", "file 16-bit grey.png", "file cmyk.jpg", "file palette.gif"} <= set(pictures)
