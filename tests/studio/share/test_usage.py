"""The commands to copy are exact and survive odd names."""

from __future__ import annotations

import doctest
import json
import shlex
import zipfile
from pathlib import Path

import pytest

from engine.task import Kind, Modality, Task
from studio.share import usage
from studio.share.usage import run_command
from tests.studio.share.exports import exported

PHOTOS = Task(Modality.IMAGE, Kind.MULTICLASS, ("a", "b"))


def test_the_examples_hold() -> None:
    assert doctest.testmod(usage).failed == 0


def test_an_onnx_file_is_asked_with_our_command(tmp_path: Path) -> None:
    path = tmp_path / "my 'bolts'.onnx"
    path.touch()
    said = shlex.split(run_command(exported(path), PHOTOS))
    assert said == ["autodidact", "predict", str(path), "PHOTOS", "--out", "predictions.csv"]


def test_a_bundle_is_asked_about_its_own_sample(tmp_path: Path) -> None:
    path = tmp_path / "bolts.zip"
    with zipfile.ZipFile(path, "w") as content:
        for name in ("manifest.json", "sample/expected.json", "sample/sample 1.jpg"):
            content.writestr(f"bolts/{name}", b"")
    lines = run_command(exported(path, "bundle"), PHOTOS).splitlines()
    assert lines[0].endswith("&& cd bolts")
    assert shlex.split(lines[-1]) == [".venv/bin/python", "predict.py", "sample/sample 1.jpg"]


@pytest.mark.parametrize("offline", [False, True])
def test_a_container_is_built_and_run_hardened(tmp_path: Path, offline: bool) -> None:
    context = tmp_path / "bolts docker"
    for folder in ("model", "wheels"):
        (context / folder).mkdir(parents=True)
    said_of_it = {"name": "bolts", "files": {"model.onnx": {"sha256": "ab" * 32, "bytes": 100}}}
    (context / "model" / "manifest.json").write_text(json.dumps(said_of_it))
    if offline:
        (context / "wheels" / "a.whl").touch()
    said = run_command(exported(context, "docker"), PHOTOS)
    build, run = said.split("\n", 1)
    words = shlex.split(build)
    assert words[:2] == ["docker", "build"]
    assert words[-1] == str(context)
    assert ("none" in words) is offline
    assert {"--read-only", "--cap-drop", "no-new-privileges"} <= set(shlex.split(run))
    assert run.endswith("localhost/bolts:abababababab")
    other = run_command(exported(context, "docker"), PHOTOS, "podman")
    assert other.startswith("podman build --format docker ")
    assert "\npodman run --rm" in other
    assert "docker run" not in other


def test_a_device_is_served_or_opened(tmp_path: Path) -> None:
    (tmp_path / "model.ort").touch()
    assert run_command(exported(tmp_path, "edge"), PHOTOS) == ""
    (tmp_path / "model.onnx").touch()
    assert run_command(exported(tmp_path, "edge"), PHOTOS) == f"autodidact serve {tmp_path}"
    (tmp_path / "index.html").touch()
    assert run_command(exported(tmp_path, "edge"), PHOTOS).startswith("python -m http.server --bind 127.0.0.1")


def test_what_is_gone_or_damaged_has_no_command(tmp_path: Path) -> None:
    assert run_command(exported(tmp_path / "gone.onnx"), PHOTOS) == ""
    assert run_command(exported(tmp_path, "docker"), PHOTOS) == ""
    assert run_command(exported(tmp_path, "report"), PHOTOS) == ""
    damaged = tmp_path / "damaged.zip"
    damaged.write_bytes(b"no zip")
    assert run_command(exported(damaged, "bundle"), PHOTOS).endswith("predict.py FILE")
