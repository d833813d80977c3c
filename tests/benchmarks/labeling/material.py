"""Photos and projects to measure with, made anew and always the same."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl
from PIL import Image

from engine.task import Kind, Modality
from labeling.batch import Batch
from labeling.formats.media import SCHEMA
from labeling.project import Project
from labeling.thumbnails import CACHE_NAME, Thumbnails, thumbnail
from labeling.understanding import Understanding
from studio.pictures import THUMBNAIL_SIDE

CLASSES = ("bolt", "nut", "washer")
SCENES = 40


def make_photos(folder: Path, count: int, size: tuple[int, int]) -> None:
    """Write ``count`` different JPEGs of a size."""
    folder.mkdir(parents=True)
    random = np.random.default_rng(0)
    scenes = [
        Image.fromarray(random.integers(0, 256, (12, 16, 3), dtype=np.uint8)).resize(size, Image.Resampling.BICUBIC)
        for _ in range(SCENES)
    ]
    for number in range(count):
        photo = scenes[number % SCENES].copy()
        colour = tuple(int(part) for part in random.integers(0, 256, 3))
        left, top = (int(random.integers(0, side - 24)) for side in size)
        photo.paste(colour, (left, top, left + 24, top + 24))
        buffer = BytesIO()
        photo.save(buffer, "JPEG", quality=85)
        (folder / f"{number:06d}.jpg").write_bytes(buffer.getvalue())


def link_photos(photos: Path, folder: Path, count: int) -> None:
    """Give the photos there are so many names that there are ``count`` files, without taking more room."""
    files = sorted(photos.iterdir())
    for number in range(count):
        place = folder / f"part {number // 10_000}" / f"{number:06d}.jpg"
        place.parent.mkdir(parents=True, exist_ok=True)
        os.link(files[number % len(files)], place)


def large_project(folder: Path, photos: Path, samples: int) -> None:
    """Make a project of so many samples out of the photos there are, with a thumbnail of each sample in its cache."""
    files = sorted(photos.iterdir())
    contents = [f"{number:032x}" for number in range(samples)]
    frame = pl.DataFrame(
        {
            "id": [f"{number:06d}.jpg" for number in range(samples)],
            "reference": [str(files[number % len(files)]) for number in range(samples)],
            "content": contents,
            "look": [None] * samples,
            "tones": [b""] * samples,
            "label": [CLASSES[number % 3] if number % 2 else None for number in range(samples)],
            "split": [None] * samples,
            "marks": [None] * samples,
        },
        schema=SCHEMA,
    )
    about = Understanding(photos, "image_flat", Modality.IMAGE, Kind.MULTICLASS, CLASSES, samples, samples // 2)
    with Project.create(folder) as project:
        project.add(about, Batch(frame))
        cache = project.cache_path
    _fill_cache(cache, files, contents)


def _fill_cache(cache: Path, files: list[Path], contents: list[str]) -> None:
    import sqlite3

    Thumbnails(cache).close()
    small = [thumbnail(file, THUMBNAIL_SIDE) for file in files]
    rows = [(content, THUMBNAIL_SIDE, small[number % len(small)]) for number, content in enumerate(contents)]
    database = sqlite3.connect(cache / CACHE_NAME)
    with database:
        database.executemany("INSERT INTO kept (content, side, jpeg) VALUES (?, ?, ?)", rows)
    database.close()
