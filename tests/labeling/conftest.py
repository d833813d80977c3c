"""Real files to take in: pictures that can be told apart, and tables."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

PictureMaker = Callable[..., Path]


def picture(seed: int, size: tuple[int, int] = (64, 48)) -> Image.Image:
    """Return a picture of coarse random patches: unlike that of any other seed."""
    patches = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(patches).resize(size, Image.Resampling.BILINEAR)


@pytest.fixture
def make_picture() -> PictureMaker:
    """Write a picture of its own look to a path, its folders included."""

    def make(path: Path, seed: int = 0, **options: Any) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        picture(seed).save(path, **options)
        return path

    return make


@pytest.fixture
def bolts(tmp_path: Path, make_picture: PictureMaker) -> Path:
    """A folder of three class folders, six pictures each."""
    root = tmp_path / "parts"
    for number, name in enumerate(("bolt", "nut", "washer")):
        for index in range(6):
            make_picture(root / name / f"{index}.png", seed=100 * number + index)
    return root
