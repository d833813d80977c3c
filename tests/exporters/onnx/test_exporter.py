"""Writing the file: what is told meanwhile, and what is too large."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from engine.dataset import Dataset
from exporters.errors import NotExportable
from exporters.onnx.exporter import OnnxExporter
from exporters.onnx.runtime import OnnxModel
from tests.exporters.models import NUMBER, PICTURES, TABLE, constant, lightgbm, model_of, source_of, trees


def test_what_is_done_is_told_from_start_to_end(tmp_path: Path) -> None:
    told: list[tuple[float, str]] = []
    source = source_of(model_of(TABLE, lightgbm(TABLE), trees(TABLE)), "my model")
    OnnxExporter().export(source, tmp_path, lambda share, text: told.append((share, text)))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert all(0.0 <= share <= 1.0 for share in shares)
    texts = [text.split(":")[0] for _, text in told]
    order = [
        "Writing the model as ONNX",
        "Opening it with ONNX Runtime",
        "Comparing with the model",
        "Measuring the exported model on the test part",
        "Writing the files",
    ]
    assert list(dict.fromkeys(texts)) == order


def test_figures_fit_the_file(tmp_path: Path) -> None:
    report = OnnxExporter().export(source_of(model_of(NUMBER, trees(NUMBER))), tmp_path, lambda share, text: None)
    figures = json.loads(report.parity_path.read_text())
    assert figures["bytes"] == report.bytes == report.path.stat().st_size
    assert figures["difference_in"] == "share of the number"
    assert figures["difference"] <= 1e-12
    assert "as a share of the number" in report.sentence()
    assert OnnxModel.open(report.path).task == NUMBER


def test_a_run_whose_pictures_are_gone_is_exported_and_says_so(tmp_path: Path) -> None:
    gone = [str(tmp_path / f"gone {number}.png") for number in range(3)]
    content = pl.Series([None] * 3, dtype=pl.String)
    dataset = Dataset(pl.DataFrame({"id": gone, "reference": gone, "content": content}))
    source = replace(source_of(model_of(PICTURES, constant(PICTURES))), dataset=dataset)
    report = OnnxExporter().export(source, tmp_path / "out", lambda share, text: None)
    assert report.parity["real_samples"] == 0
    assert "pictures that the run learned from were not found" in report.notes[0]


def test_a_model_too_large_for_one_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exporters.onnx.proven.MAX_BYTES", 100)
    with pytest.raises(NotExportable, match="one file holds at most 2"):
        OnnxExporter().export(source_of(model_of(TABLE, constant(TABLE))), tmp_path, lambda share, text: None)
    assert list(tmp_path.iterdir()) == []
