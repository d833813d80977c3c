"""Small models and data that need no training."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.learners.constant import ConstantMember
from engine.model.model import Model, WeightedMember
from engine.task import Column, ColumnType, Kind, Modality, Task

TASK = Task(
    Modality.TABLE, Kind.MULTICLASS, ("no", "yes"), target="likes it", columns=(Column("age", ColumnType.NUMBER),)
)

PHOTOS = Task(Modality.IMAGE, Kind.MULTICLASS, ("no", "yes"))


def whole_picture(path: Path) -> Path:
    """Write a picture of noise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(sum(str(path).encode())).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path, "JPEG")
    return path


def torn_picture(path: Path) -> Path:
    """Write a picture whose beginning is whole, and whose end is missing."""
    content = whole_picture(path).read_bytes()
    path.write_bytes(content[: len(content) // 2])
    return path


@pytest.fixture
def photo_model(tmp_path: Path) -> Path:
    """A model folder that says of every photo: yes, with three chances in four."""
    folder = tmp_path / "photo model"
    Model(PHOTOS, (WeightedMember("constant", 1.0, ConstantMember(np.array([0.25, 0.75]))),)).save(folder)
    return folder


@pytest.fixture
def constant_model(tmp_path: Path) -> Path:
    """A model folder that always says: yes, with three chances in four."""
    folder = tmp_path / "model"
    Model(TASK, (WeightedMember("constant", 1.0, ConstantMember(np.array([0.25, 0.75]))),)).save(folder)
    return folder


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """A table of four, three of whom like it."""
    path = tmp_path / "people.csv"
    path.write_text("age,likes it\n31,yes\n42,yes\n,no\n17,yes\n")
    return path
