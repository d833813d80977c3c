"""Small exported models of each modality, and servers of them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from engine.model.member import Member
from engine.task import Task
from exporters.packaged import write_package
from exporters.server import log
from exporters.standalone.package import Package
from tests.exporters import models
from tests.exporters.conftest import Made
from tests.exporters.server.client import Server, serving


def _package(folder: Path, name: str, task: Task, *members: Member) -> Path:
    source = models.source_of(models.model_of(task, *members), name)
    return write_package(source, folder / name, lambda share, text: None).folder


@pytest.fixture(autouse=True)
def whole_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Say everything, whatever a server that ran in this process before was told to say."""
    monkeypatch.setitem(log._said, "all", True)


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("packages")


@pytest.fixture(scope="session")
def pictures(packages: Path) -> Path:
    return _package(packages, "pictures", models.PICTURES, models.thumbnail(models.PICTURES))


@pytest.fixture(scope="session")
def rows(packages: Path) -> Path:
    return _package(packages, "rows", models.TABLE, models.linear(models.TABLE))


@pytest.fixture(scope="session")
def numbers(folders: Made[Path]) -> Path:
    return folders["number"]


@pytest.fixture(scope="session")
def words(folders: Made[Path]) -> Path:
    return folders["several"]


@pytest.fixture(scope="session")
def sounds(packages: Path) -> Path:
    return _package(packages, "sounds", models.SOUNDS, models.constant(models.SOUNDS))


@pytest.fixture(scope="session")
def picture_server(pictures: Path) -> Iterator[Server]:
    with serving(pictures, "--max-body", "1", "--read-timeout", "0.5", "--max-waiting", "200") as server:
        yield server


@pytest.fixture(scope="session")
def row_server(rows: Path) -> Iterator[Server]:
    with serving(rows) as server:
        yield server


@pytest.fixture(scope="session")
def row_package(rows: Path) -> Package:
    return Package.open(rows, threads=1)


@pytest.fixture(scope="session")
def picture_package(pictures: Path) -> Package:
    return Package.open(pictures, threads=1)


@pytest.fixture(scope="session")
def word_package(words: Path) -> Package:
    return Package.open(words, threads=1)


@pytest.fixture(scope="session")
def photo() -> bytes:
    """A JPEG of noise."""
    return encoded(np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8), "JPEG")


@pytest.fixture(scope="session")
def sound() -> bytes:
    """A WAV of a tenth of a second."""
    held = io.BytesIO()
    soundfile.write(held, np.sin(np.arange(1600) / 9.0), 16_000, format="WAV")
    return held.getvalue()


def encoded(levels: np.ndarray, form: str) -> bytes:
    held = io.BytesIO()
    Image.fromarray(levels).save(held, form)
    return held.getvalue()
