"""An ``.onnx`` file alone is compared with what was written beside it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from exporters.api import export
from exporters.verify.verify import verify
from tests.engine.flowers import flower_run
from tests.exporters.bundle.test_exporter import MODEL


@pytest.fixture
def out(tmp_path: Path) -> Path:
    run = flower_run(tmp_path / "flowers")
    MODEL.save(run.model_path)
    return export(run.path, "onnx", tmp_path / "out").path.parent


def test_a_file_as_it_was_exported_is_verified(out: Path) -> None:
    for path in (out, out / "flowers.onnx"):
        verdict = verify(path)
        assert verdict.holds
        assert "its SHA-256 fits" in verdict.sentences[0]
        assert verdict.sentences[-1] == f"{path.name} is verified."


def test_a_changed_file_is_told(out: Path) -> None:
    with (out / "flowers.onnx").open("ab") as file:
        file.write(b"x")
    assert "was changed or damaged" in verify(out).sentences[0]


def test_another_file_beside_it_is_told(out: Path) -> None:
    (out / "other.onnx").write_bytes((out / "flowers.onnx").read_bytes())
    assert "holds no other.parity.json" in verify(out / "other.onnx").sentences[0]
    (out / "other.parity.json").write_bytes((out / "flowers.parity.json").read_bytes())
    assert "speaks of another file" in verify(out / "other.onnx").sentences[0]


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"[" * 50_000, b'{"file": "../x.onnx", "files": {}}'])
def test_figures_that_are_none_are_told(content: bytes, out: Path) -> None:
    (out / "flowers.parity.json").write_bytes(content)
    assert not verify(out).holds


def test_a_file_that_nothing_is_known_of_is_told(out: Path) -> None:
    (out / "flowers.parity.json").unlink()
    assert "holds no flowers.parity.json" in verify(out / "flowers.onnx").sentences[0]


def test_hostile_names_are_told(out: Path) -> None:
    said = json.loads((out / "flowers.parity.json").read_text())
    (out / "flowers.parity.json").write_text(json.dumps({**said, "file": "../secret.onnx"}))
    assert "may lie elsewhere" in verify(out).sentences[0]
