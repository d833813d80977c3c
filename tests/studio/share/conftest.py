"""Packages made from small models, once a session; nobody may change them."""

from __future__ import annotations

from pathlib import Path

import pytest

from exporters.packaged import write_package
from tests.exporters.conftest import MODELS, Made
from tests.exporters.models import source_of


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Made[Path]:
    root = tmp_path_factory.mktemp("shared-packages")

    def make(name: str) -> Path:
        return write_package(source_of(MODELS[name](), name), root / name, lambda share, text: None).folder

    return Made(make)
