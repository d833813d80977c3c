"""Files beside an exported one stay where they are another's."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from exporters.errors import NotWritable
from exporters.onnx.standing import check_others, figures_of


def written(path: Path, others: dict[str, bytes]) -> None:
    """Write the figures of an export at ``path`` and what goes beside it."""
    for name, content in others.items():
        path.with_name(name).write_bytes(content)
    files = {name: {"sha256": sha256(content).hexdigest()} for name, content in others.items()}
    figures_of(path).write_text(json.dumps({"file": path.name, "files": files}))


def test_another_models_tokenizer_is_never_replaced(tmp_path: Path) -> None:
    ours, other = tmp_path / "m.onnx", tmp_path / "m-small.onnx"
    written(ours, {"tokenizer.json": b"words"})
    check_others(ours, {"tokenizer.json": b"other words"})
    check_others(other, {"tokenizer.json": b"words"})
    with pytest.raises(NotWritable, match="does not belong to this model"):
        check_others(other, {"tokenizer.json": b"other words"})
    written(other, {"tokenizer.json": b"words"})
    with pytest.raises(NotWritable, match="does not belong to this model"):
        check_others(ours, {"tokenizer.json": b"other words"})


def test_a_tokenizer_of_nobody_known_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_bytes(b"mine")
    check_others(tmp_path / "m.onnx", {})
    with pytest.raises(NotWritable, match="left alone"):
        check_others(tmp_path / "m.onnx", {"tokenizer.json": b"words"})
