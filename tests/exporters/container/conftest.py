"""A real engine with base images made on this machine, and a context exported for it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from exporters.container.engines import Engine, find_engines
from exporters.container.exporter import DockerExporter
from exporters.container.running import Running, Wish
from exporters.container.trial import Proof, launch
from tests.exporters.models import PICTURES, constant, model_of, source_of, thumbnail

BASES = {"BASE": "localhost/autodidact-base", "BUILDER": "localhost/autodidact-builder"}
TOKEN = "between-us"
TITLE = "Käfer & Co"


def prepared() -> Path:
    """The folder that packaging/container-tools.sh fills."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("AUTODIDACT_CONTAINERS") or cache / "autodidact-containers")


@pytest.fixture(scope="session")
def engine() -> Engine:
    """Podman with images and settings of its own."""
    folder = prepared()
    if not (folder / "ready").is_file():
        pytest.skip("no images to build on: packaging/container-tools.sh makes them, as root on Debian or Ubuntu")
    settings = {
        "CONTAINERS_CONF": str(folder / "containers.conf"),
        "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
    }
    (found,) = [found for found in find_engines(settings).engines if found.kind == "podman"]
    return replace(found, bases=BASES)


@pytest.fixture(scope="session")
def context(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model of pictures with its packages inside, exported by somebody whose files others may not read."""
    out = tmp_path_factory.mktemp("exports") / "context"
    source = source_of(model_of(PICTURES, thumbnail(PICTURES), constant(PICTURES)), TITLE)
    before = os.umask(0o077)
    try:
        DockerExporter(fetch_wheels=True).export(source, out, lambda share, text: None)
    finally:
        os.umask(before)
    return out


@pytest.fixture(scope="session")
def launched(engine: Engine, context: Path) -> Iterator[tuple[Running, Proof]]:
    """The container of that context without a network, proven."""
    running, proof = launch(engine, context, Wish("none", token=TOKEN))
    with running:
        yield running, proof


@pytest.fixture(scope="session")
def sealed(launched: tuple[Running, Proof]) -> Running:
    """That container."""
    return launched[0]
