"""The package is found in each form in which it is handed over."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from exporters.errors import NotOurs
from exporters.standalone.errors import NotAPackage
from exporters.trying.packages import is_tryable, package_in


def parts(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for name in ("manifest.json", "model.onnx"):
        (folder / name).write_text("x")
    return folder


def test_folders_and_the_folders_in_them_are_found(tmp_path: Path) -> None:
    package = parts(tmp_path / "context" / "model")
    for path in (package, package.parent):
        assert is_tryable(path)
        with package_in(path) as found:
            assert found == package


def test_a_zip_is_unpacked_for_as_long_as_it_is_needed(tmp_path: Path) -> None:
    path = tmp_path / "bolts.zip"
    with zipfile.ZipFile(path, "w") as content:
        for name in ("manifest.json", "model.onnx"):
            content.writestr(f"bolts/{name}", "x")
    assert is_tryable(path)
    with package_in(path) as found:
        assert (found / "model.onnx").read_text() == "x"
    assert not found.exists()


def test_what_holds_no_package_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.ort").touch()
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"no zip")
    assert not is_tryable(tmp_path)
    assert not is_tryable(tmp_path / "gone")
    for path in (tmp_path, tmp_path / "gone.zip"):
        with pytest.raises(NotOurs, match="Export the model again"), package_in(path):
            pass
    with pytest.raises((NotOurs, NotAPackage)), package_in(broken):
        pass
