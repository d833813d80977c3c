"""A real engine with base images made on this machine, and a context exported for it."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from exporters.container.engines import Engine
from exporters.container.exporter import DockerExporter
from exporters.container.running import Running, Wish
from exporters.container.trial import Proof, launch
from exporters.errors import NotExportable
from exporters.source import Source
from tests.exporters.container.podman import podman, prepared
from tests.exporters.models import PICTURES, constant, model_of, source_of, thumbnail

TOKEN = "between-us"
TITLE = "Käfer & Co"


@pytest.fixture(scope="session")
def engine() -> Engine:
    """Podman with images and settings of its own."""
    found = podman()
    if found is None:
        pytest.skip("no images to build on: packaging/container-tools.sh makes them, as root on Debian or Ubuntu")
    return found


@pytest.fixture(scope="session")
def context(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model of pictures with its packages inside, exported by somebody whose files others may not read."""
    out = tmp_path_factory.mktemp("exports") / "context"
    source = source_of(model_of(PICTURES, thumbnail(PICTURES), constant(PICTURES)), TITLE)
    before = os.umask(0o077)
    try:
        _export_with_wheels(source, out, prepared() / "wheels")
    finally:
        os.umask(before)
    return out


def _export_with_wheels(source: Source, out: Path, kept: Path) -> None:
    """Export a context with its packages, those of an earlier session in ``kept`` where they are still the right ones.

    So only the first session downloads them, and those after it need no network.
    """
    if kept.is_dir():
        try:
            exporter = DockerExporter(wheels=kept, platform=platform.machine())
            exporter.export(source, out, lambda share, text: None)
            return
        except NotExportable:  # other packages are pinned by now
            shutil.rmtree(kept, ignore_errors=True)
    DockerExporter(fetch_wheels=True, platform=platform.machine()).export(source, out, lambda share, text: None)
    with TemporaryDirectory(dir=kept.parent) as place, suppress(OSError):  # another session may have been first
        Path(shutil.copytree(out / "wheels", Path(place) / "wheels")).rename(kept)


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
