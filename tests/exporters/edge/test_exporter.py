"""From a run to a folder for one device."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from engine.dataset import Dataset
from engine.modalities.image.members.network import NetworkMember
from engine.model.model import Model, WeightedMember
from engine.model.registry import member_class
from exporters.api import export
from exporters.edge.evidence import Loss
from exporters.edge.exporter import EdgeExporter
from exporters.edge.ladder import Taken
from exporters.edge.options import Device, EdgeOptions
from exporters.edge.report import Comparison, EdgeReport
from exporters.edge.writing import write
from exporters.errors import ExportError, NotExportable, NotWritable
from exporters.onnx.runtime import OnnxModel
from exporters.source import Source
from exporters.standalone.package import Package
from exporters.standalone.replay import read_sample
from tests.engine.flowers import FLOWERS, flower_run
from tests.exporters.models import constant, model_of


def edge(run: Path, out: Path, **options: Any) -> EdgeReport:
    report = export(run, "edge", out, **{"teach": 0.0, "target": "board", **options})
    assert isinstance(report, EdgeReport)
    return report


def manifest(folder: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def board(source: Source, taken: Taken, comparison: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "board"
    write(source, EdgeOptions(Device.BOARD), taken, comparison, out)
    return out


def test_the_smallest_form_that_keeps_the_accuracy_is_taken(comparison: Comparison) -> None:
    taken = [rung for rung in comparison.ladder if rung.taken]
    assert [(rung.name, rung.way) for rung in taken] == [("One tuned network of the model", "static int8")]
    assert comparison.rows[-1].bytes < comparison.rows[1].bytes <= comparison.rows[0].bytes
    assert comparison.loss is not None and comparison.loss.value <= 0.01


def test_both_sides_are_scored_on_the_part_that_was_never_learned_from(comparison: Comparison) -> None:
    assert comparison.measured_on == "test"
    assert [row.score.samples for row in comparison.rows if row.score is not None] == [48, 48, 48]


def test_what_was_tried_stands_in_the_manifest_and_in_the_sentences(board: Path, comparison: Comparison) -> None:
    said = manifest(board)
    assert said["which"] == "ensemble"
    assert said["parity"]["judged_by"] == said["edge"]["judged_by"] == "accuracy"
    assert said["edge"]["ladder"][-1]["taken"]
    assert said["cost"]["bytes"] == (board / "model.onnx").stat().st_size
    assert said["score"]["samples"] == 48
    for words in ("As it is served: ", " Now: ", "It gives the same answer to"):
        assert words in " " + " ".join(comparison.sentences())


def test_a_loss_beyond_the_limit_on_the_test_part_is_never_silent(comparison: Comparison) -> None:
    assert comparison.within
    worse = dataclasses.replace(comparison, loss=Loss(0.031, 0.01, 0.05))
    assert not worse.within
    assert "Take care: on the test part 3.1 points were lost" in " ".join(worse.sentences())
    assert worse.to_json()["within"] is False


def test_the_folder_is_a_package_that_answers_its_own_sample(board: Path) -> None:
    package = Package.open(board)
    expected = json.loads((board / "sample" / "expected.json").read_text(encoding="utf-8"))
    content = (board / "sample" / expected["file"]).read_bytes()
    assert package.predict([read_sample(package, content)])[0].label == expected["answer"]["label"]


def test_a_network_that_lost_its_accuracy_is_left_and_the_model_itself_taken(copied: Path, tmp_path: Path) -> None:
    _spoil(copied)
    comparison = edge(copied, tmp_path / "out").comparison
    assert comparison is not None
    alone = next(rung for rung in comparison.ladder if rung.name == "One tuned network of the model")
    assert not alone.taken and "points on samples held out, and 1 were allowed" in alone.verdict
    taken = comparison.ladder[-1]
    assert (taken.name, taken.way, taken.taken) == ("The model itself", "static int8", True)


def _spoil(run: Path) -> None:
    """Turn the tuned network's weights around, so that it says the opposite of what it is known to have said."""
    loaded = Model.load(run / "model")
    member = loaded.members[0].member
    assert isinstance(member, NetworkMember)
    head = {"weight": -member.parts[0]["weight"], "bias": member.parts[0]["bias"]}
    noise = NetworkMember(
        member.backbone, member.resolution, [{**member.parts[0], **head}], member.fallback, member.task_kind
    )
    kept = {part.name: next((run / "checkpoints" / part.name).glob("*.npy")) for part in loaded.members}
    parts = (WeightedMember(loaded.members[0].name, loaded.members[0].weight, noise), loaded.members[1])
    shutil.rmtree(run / "model")
    Model(loaded.task, parts).save(run / "model")
    for name, folder in zip(kept, sorted((run / "model" / "members").iterdir()), strict=True):
        kept[name].rename(kept[name].with_name(f"{folder.name}.npy"))
    assert member_class(member.kind) is NetworkMember


@pytest.fixture
def flowers(tmp_path: Path) -> Path:
    """A run on a table."""
    run = flower_run(tmp_path / "flowers")
    model_of(FLOWERS, constant(FLOWERS)).save(run.model_path)
    return run.path


def test_a_model_without_networks_goes_out_as_it_is_and_says_so(flowers: Path, tmp_path: Path) -> None:
    report = edge(flowers, tmp_path / "out")
    assert report.comparison is not None and report.comparison.unchanged
    assert "it holds no network that could be stored in less. Nothing smaller kept" in report.sentence()
    said, heading, first, *_, last = report.lines()
    assert (said, heading) == (report.sentence(), "What was tried:")
    assert first.endswith("pruned: left out: networks are taught for pictures alone so far.")
    assert last.startswith("- The model itself, float32: taken: the model as it is;")
    assert len(report.comparison.rows) == 1
    reasons = [rung.verdict for rung in report.comparison.ladder if not rung.taken]
    assert any("networks are taught for pictures alone" in reason for reason in reasons)
    assert manifest(tmp_path / "out")["parity"]["judged_by"] == "parity"
    assert json.loads(json.dumps(report.to_json()))["comparison"]["device"] == "a small ARM board"


def test_what_cannot_be_quick_enough_is_refused_and_nothing_written(flowers: Path, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="answers within 1e-06 ms on this computer; the quickest took"):
        edge(flowers, tmp_path / "out", max_latency=1e-6)
    assert not (tmp_path / "out").exists()


def test_a_folder_with_something_in_it_is_not_overwritten(colours: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("kept", encoding="utf-8")
    with pytest.raises(NotWritable, match="is there already"):
        edge(colours, tmp_path)
    assert (tmp_path / "mine").read_text(encoding="utf-8") == "kept"


def test_the_file_takes_pictures_of_any_size_as_before(board: Path) -> None:
    artefact = OnnxModel.open(board / "model.onnx")
    for size in ((1, 1), (7, 90)):
        picture = np.full((2, *size, 3), 128, dtype=np.uint8)
        assert artefact.run({"image": picture})[0].shape == (2, 3)


def test_without_its_pictures_nothing_is_exported_and_why_is_said(source: Source, tmp_path: Path) -> None:
    assert source.dataset is not None
    gone = Dataset(source.dataset.frame.with_columns(pl.lit("nowhere.png").alias("reference")))
    exporter = EdgeExporter("board", teach=0.0)
    with pytest.raises(NotExportable, match="not where they were"):
        exporter.export(dataclasses.replace(source, dataset=gone), tmp_path / "out", lambda share, words: None)
    assert not (tmp_path / "out").exists()
