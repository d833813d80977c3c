"""Package folders made from small models, once a session; nobody may change them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from engine.model.model import Model
from engine.task import Kind, Modality, Task
from exporters.packaged import write_package
from exporters.standalone.package import Package
from tests.exporters import texts, trained
from tests.exporters.models import NUMBER, PICTURES, TABLE, constant, lightgbm, linear, model_of, source_of, thumbnail
from tests.exporters.once import models_proven_once, networks_written_once

T = TypeVar("T")
SOUNDS = Task(Modality.AUDIO, Kind.MULTILABEL, ("birds", "rain"))

MODELS: dict[str, Callable[[], Model]] = {
    "table": lambda: model_of(TABLE, lightgbm(TABLE), constant(TABLE), temperature=1.3),
    "number": lambda: model_of(NUMBER, linear(NUMBER)),
    "pictures": lambda: model_of(PICTURES, thumbnail(PICTURES), constant(PICTURES)),
    "sounds": lambda: model_of(SOUNDS, constant(SOUNDS)),
    "several": lambda: model_of(texts.SEVERAL, texts.ngrams(texts.SEVERAL)),
}


class Made(dict[str, T]):
    """Things by their names, made when they are first wanted."""

    def __init__(self, make: Callable[[str], T]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, name: str) -> T:
        self[name] = self._make(name)
        return self[name]


@pytest.fixture(scope="session", autouse=True)
def each_network_written_once() -> Iterator[None]:
    """Torch takes seconds to write a network, and many tests export the same ones."""
    with networks_written_once():
        yield


@pytest.fixture(scope="module")
def proven_once() -> Iterator[None]:
    """For tests that export one model as several things: that its graph agrees with it is found out once."""
    with models_proven_once():
        yield


@pytest.fixture(scope="session")
def models() -> Made[Model]:
    return Made(lambda name: MODELS[name]())


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory, models: Made[Model]) -> Made[Path]:
    root = tmp_path_factory.mktemp("packages")

    def make(name: str) -> Path:
        return write_package(source_of(models[name], name), root / name, lambda share, text: None).folder

    return Made(make)


@pytest.fixture(scope="session")
def opened(folders: Made[Path]) -> Made[Package]:
    return Made(lambda name: Package.open(folders[name], threads=1))


@pytest.fixture
def copied(folders: Made[Path], tmp_path: Path) -> Path:
    """A package of a table that a test may damage."""
    return Path(shutil.copytree(folders["table"], tmp_path / "copied"))


@pytest.fixture(scope="session")
def runs(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Made[Path]:
    """Finished runs on real data, by the names in :data:`tests.exporters.trained.RECIPES`."""
    root = tmp_path_factory.mktemp("trained")
    return Made(lambda name: trained.train(trained.RECIPES[name], shared_data, root / name))
