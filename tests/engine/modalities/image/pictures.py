"""Small real picture files for the tests, and jobs on them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xxhash
from PIL import Image

from engine.arrays import ByteArray
from engine.learners.base import Job
from engine.modalities.image.samples import ImageSamples
from engine.task import Kind, Modality, Task
from tests.engine.modalities.jobs import job_of_classes, job_of_numbers

NAMES = ("brick", "leaf", "sky")
COLOURS = ((200, 60, 40), (50, 180, 70), (60, 80, 210))


def texture(label: int, seed: int, size: tuple[int, int] = (48, 40)) -> ByteArray:
    """A noisy striped picture; colour and direction of the stripes tell the class, not always clearly."""
    random = np.random.default_rng(1000 * label + seed)
    down, across = np.mgrid[: size[0], : size[1]]
    stripes = np.sin((down if label % 2 else across) * (0.5 + 0.1 * random.random()))[..., None]
    picture = np.array(COLOURS[label % 3]) + 40 * stripes + random.normal(0, 35, (*size, 3)) + random.normal(0, 30)
    levels: ByteArray = np.clip(picture, 0, 255).astype(np.uint8)
    return levels


def samples(folder: Path, labels: list[int], cache: Path | None = None) -> ImageSamples:
    """Write one PNG a label and return them with their content hashes."""
    folder.mkdir(exist_ok=True)
    paths = [folder / f"{row}.png" for row in range(len(labels))]
    for row, (path, label) in enumerate(zip(paths, labels, strict=True)):
        Image.fromarray(texture(label, row)).save(path)
    content = [xxhash.xxh3_128_hexdigest(path.read_bytes()) for path in paths]
    return ImageSamples([str(path) for path in paths], content, cache)


def class_job(folder: Path, each: int, classes: int = 3, cache: Path | None = None, folds: int = 3) -> Job:
    """A job of telling textures apart, ``each`` of every class."""
    return job_of_classes(lambda labels: samples(folder, labels, cache), Modality.IMAGE, NAMES[:classes], each, folds)


def number_job(folder: Path, size: int = 30) -> Job:
    """A job of guessing a number: the class of the texture plus a little noise."""
    return job_of_numbers(lambda labels: samples(folder, labels), Modality.IMAGE, size)


def several_job(folder: Path, size: int = 48) -> Job:
    """A job of any number of classes: how many textures lie side by side differs, and may be none."""
    folder.mkdir(exist_ok=True)
    random = np.random.default_rng(3)
    labels = (random.random((size, 3)) < 0.4).astype(np.float64)
    paths = [folder / f"{row}.png" for row in range(size)]
    for row, path in enumerate(paths):
        parts = [
            texture(label, row) if labels[row, label] else np.full((48, 40, 3), 90, np.uint8) for label in range(3)
        ]
        Image.fromarray(np.concatenate(parts, axis=1)).save(path)
    task = Task(Modality.IMAGE, Kind.MULTILABEL, NAMES)
    content = [xxhash.xxh3_128_hexdigest(path.read_bytes()) for path in paths]
    return Job(task, ImageSamples([str(path) for path in paths], content), labels, np.arange(size) % 3)
