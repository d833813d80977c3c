"""An ``.onnx`` file alone is compared with what was written beside it."""

from __future__ import annotations

import hashlib
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


def rewrite(out: Path, content: bytes) -> None:
    """Change the file and what is said of it, as someone would who means harm."""
    (out / "flowers.onnx").write_bytes(content)
    said = json.loads((out / "flowers.parity.json").read_text())
    said["files"]["flowers.onnx"] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    (out / "flowers.parity.json").write_text(json.dumps(said))


def test_what_is_no_graph_is_told(out: Path) -> None:
    rewrite(out, b"\x08\x08")
    assert not verify(out).holds


def test_a_file_that_asks_for_all_memory_ends_a_process_of_its_own(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exporters.verify.environment._MEMORY", 1 << 27)
    verdict = verify(out)
    assert not verdict.holds
    assert "ended with code" in verdict.sentences[0]


def test_it_is_never_opened_in_the_process_that_verifies(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(*_: object) -> None:
        raise AssertionError("a stranger's file was opened here")

    monkeypatch.setattr("exporters.onnx.runtime.OnnxModel.open", opened)
    assert verify(out).holds
