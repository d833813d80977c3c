from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from engine.backbones import BACKBONES, load_backbone, weights
from engine.backbones.weights import Weights, manifest, verified
from engine.errors import WeightsError


def test_every_backbone_has_verified_weights() -> None:
    assert set(BACKBONES) <= set(manifest())
    for name in manifest():
        assert hashlib.sha256(verified(name).read_bytes()).hexdigest() == manifest()[name].sha256


def test_an_unknown_backbone_is_refused() -> None:
    with pytest.raises(WeightsError, match="no network named 'resnet'"):
        load_backbone("resnet")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "some_weights"
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    entry = Weights("some_weights", "some-weights==1", "net.pth", "0" * 64)
    monkeypatch.setattr(weights, "manifest", lambda: {"net": entry})
    return folder


def test_another_file_is_not_loaded(package: Path) -> None:
    (package / "net.pth").write_bytes(b"something else")
    with pytest.raises(
        WeightsError, match=r"not the ones this version knows, and were not loaded\. Reinstall some-weights"
    ):
        verified("net")


def test_a_missing_file_is_said_to_be_missing(package: Path) -> None:
    with pytest.raises(WeightsError, match=r"net\.pth are missing"):
        verified("net")


def test_a_missing_package_is_said_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = Weights("not_installed_weights", "not-installed-weights==1", "net.pth", "0" * 64)
    monkeypatch.setattr(weights, "manifest", lambda: {"net": entry})
    with pytest.raises(WeightsError, match=r"not installed\. Install not-installed-weights==1"):
        verified("net")
