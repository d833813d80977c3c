"""Pictures of the run, and pictures of awkward sizes, levels and files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from engine.arrays import ByteArray
from engine.dataset import Dataset
from engine.modalities import open_samples
from engine.modalities.image.decode import decode
from engine.modalities.image.samples import ImageSamples
from engine.task import Task
from exporters.onnx.trials.base import BATCH_SIZES, Trial, readable

REAL_PICTURES = 256
USUAL = REAL_PICTURES + 39
_TOGETHER, _PIXELS_TOGETHER = 16, 16_000_000
_CUT = 96
_AWKWARD_SIZES = ((1, 1), (1, 37), (41, 1), (2, 3), (97, 61), (223, 225), (640, 480), (3000, 2000))
_GREYS = (0, 128, 255)
_FILES = {  # by name, and the mode that Pillow writes
    "grey.png": "L",
    "black and white.png": "1",
    "16-bit grey.png": "I;16",
    "transparent.png": "RGBA",
    "grey and transparent.png": "LA",
    "palette.gif": "P",
    "cmyk.jpg": "CMYK",
    "turned.jpg": "RGB",
}
_ORIENTATION, _TURNED = 0x0112, 6


def make(task: Task, dataset: Dataset | None, rng: np.random.Generator) -> Iterator[Trial]:
    """Yield the run's pictures, several at a time, pieces of them in calls of 1, 2 and 17, and awkward pictures."""
    pieces: list[tuple[str, ByteArray]] = []
    for names, pictures in _together(_real_pictures(task, dataset, rng)):
        pieces += [(name, picture[:_CUT, :_CUT].copy()) for name, picture in zip(names, pictures, strict=True)]
        yield _pictures(names, pictures, real=True)
    yield from _batches(pieces, rng)
    awkward = [(f"noise of {height} × {width}", _noise(rng, height, width)) for height, width in _AWKWARD_SIZES]
    awkward += [(f"grey of level {level}", np.full((50, 70, 3), level, dtype=np.uint8)) for level in _GREYS]
    awkward += _from_files(rng)
    yield _pictures([name for name, _ in awkward], [picture for _, picture in awkward], real=False)


def _real_pictures(task: Task, dataset: Dataset | None, rng: np.random.Generator) -> Iterator[tuple[str, ByteArray]]:
    """Yield the run's pictures that can still be opened, one at a time, by id."""
    if dataset is None:
        return
    samples = open_samples(dataset, task)
    assert isinstance(samples, ImageSamples)
    yield from readable(dataset, rng, samples.picture_or_none, REAL_PICTURES)


def _together(pictures: Iterator[tuple[str, ByteArray]]) -> Iterator[tuple[list[str], list[ByteArray]]]:
    """Yield the pictures in groups that memory holds at once."""
    names: list[str] = []
    group: list[ByteArray] = []
    for name, picture in pictures:
        names.append(name)
        group.append(picture)
        if len(group) == _TOGETHER or sum(one.size for one in group) > 3 * _PIXELS_TOGETHER:
            yield names, group
            names, group = [], []
    if group:
        yield names, group


def _batches(pieces: Sequence[tuple[str, ByteArray]], rng: np.random.Generator) -> Iterator[Trial]:
    """Yield trials of several pictures, real ones cut to one size where there are any."""
    pieces = pieces or [("noise in a batch", _noise(rng, _CUT, _CUT))]
    for size in BATCH_SIZES:
        chosen = [pieces[row % len(pieces)] for row in range(size)]
        height, width = (min(piece.shape[axis] for _, piece in chosen) for axis in (0, 1))
        names = [f"{name}, cut to {height} × {width}" for name, _ in chosen]
        yield _pictures(names, [piece[:height, :width] for _, piece in chosen], real=False)


def _from_files(rng: np.random.Generator) -> list[tuple[str, ByteArray]]:
    """Return pictures that went through files of unusual kinds."""
    exif = Image.Exif()
    exif[_ORIENTATION] = _TURNED
    found = []
    with TemporaryDirectory() as folder:
        for name, mode in _FILES.items():
            path = Path(folder) / name
            _picture(rng, mode).save(path, exif=exif if name.startswith("turned") else Image.Exif())
            found.append((f"file {name}", decode(path)))
    return found


def _picture(rng: np.random.Generator, mode: str) -> Image.Image:
    if mode == "I;16":
        return Image.fromarray(rng.integers(0, 65_536, (40, 60), dtype=np.uint16))
    return Image.fromarray(rng.integers(0, 256, (40, 60, 4), dtype=np.uint8)).convert(mode)


def _noise(rng: np.random.Generator, height: int, width: int) -> ByteArray:
    return rng.integers(0, 256, (height, width, 3), dtype=np.uint8)


def _pictures(names: Sequence[str], pictures: Sequence[ByteArray], real: bool) -> Trial:
    return Trial(tuple(names), ImageSamples.from_arrays(pictures), real)
