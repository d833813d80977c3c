"""Exporting from end to end, in this process."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest

from engine.learners.constant import ConstantMember
from exporters.api import export, exporter
from exporters.base import Exporter
from exporters.errors import ExportError, NothingToExport, NotWritable, ParityError
from exporters.onnx.compose import compose
from exporters.onnx.metadata import PREFIX
from exporters.onnx.runtime import OnnxModel
from exporters.targets import TARGETS
from exporters.verify.verify import verify
from tests.engine.flowers import FLOWERS, flower_run, flowers
from tests.exporters.models import PICTURES, TABLE, constant, lightgbm, model_of, rows, thumbnail

MODEL = model_of(FLOWERS, ConstantMember(np.array([0.4, 0.6])))


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = flower_run(tmp_path / "flowers")
    MODEL.save(folder.model_path)
    return folder.path


def test_a_run_becomes_one_file_with_its_figures_beside_it(run: Path, tmp_path: Path) -> None:
    told: list[tuple[float, str]] = []
    report = export(run, "onnx", tmp_path / "out", lambda share, text: told.append((share, text)))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["flowers.onnx", "flowers.parity.json"]
    assert report.path == tmp_path / "out" / "flowers.onnx"
    assert report.bytes == report.path.stat().st_size
    figures = json.loads(report.parity_path.read_text())
    assert figures["samples"] == 340
    assert figures["real_samples"] == 240
    assert figures["file"] == "flowers.onnx"
    assert (figures["which"], len(figures["data_sha256"]), figures["weights"]) == ("ensemble", 64, [])
    assert figures["score"] == report.score
    assert report.score is not None
    assert (report.score["metric"], report.score["samples"]) == ("nauc", 48)
    assert report.notes == ()
    assert [share for share, _ in told] == sorted(share for share, _ in told)
    assert told[-1][0] < 1.0


def test_the_report_is_a_sentence_and_plain_json(run: Path, tmp_path: Path) -> None:
    report = export(run, "onnx", tmp_path / "out")
    assert "340 samples (240 of them the run's own): largest difference" in report.sentence()
    assert "100% the same answer" in report.sentence()
    assert json.loads(json.dumps(report.to_json()))["path"] == str(report.path)


def test_the_file_carries_the_fingerprint_of_the_model(run: Path, tmp_path: Path) -> None:
    report = export(run, "onnx", tmp_path / "out")
    properties = {entry.key: entry.value for entry in onnx.load(report.path).metadata_props}
    assert properties[PREFIX + "model_sha256"] == report.parity["model_sha256"]


def test_the_same_model_gives_the_same_file(run: Path, tmp_path: Path) -> None:
    first, second = (export(run, "onnx", tmp_path / name).path.read_bytes() for name in ("a", "b"))
    assert first == second


def test_a_folder_that_exists_keeps_its_other_files_and_gets_the_new_model(run: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "letter.txt").write_text("mine")
    assert export(run, "onnx", out).notes == ()
    (out / "flowers.parity.json").unlink()
    note = export(run, "onnx", out).notes[-1]
    assert note == f"An older export of that name was replaced in {out}."
    assert (out / "letter.txt").read_text() == "mine"
    assert OnnxModel.open(out / "flowers.onnx").task == FLOWERS


@pytest.mark.parametrize("name", ["flowers.onnx", "flowers.parity.json"])
def test_what_is_no_export_is_never_replaced(run: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(NotWritable, match="is no export, so it was left alone"):
        export(run, "onnx", tmp_path)
    assert (tmp_path / name).read_text() == "mine"
    assert not list(tmp_path.glob("*.onnx")) or name == "flowers.onnx"


def test_a_disagreement_leaves_nothing(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = model_of(FLOWERS, ConstantMember(np.array([0.45, 0.55])))
    monkeypatch.setattr("exporters.onnx.proven.compose", lambda model: compose(other))
    with pytest.raises(ParityError, match=r"on 340 of 340 samples .* by 0\.05"):
        export(run, "onnx", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_the_small_model_of_a_run_is_exported_beside_its_best(run: Path, tmp_path: Path) -> None:
    with pytest.raises(NothingToExport, match="has no small model"):
        export(run, "onnx", tmp_path / "out", small=True)
    model_of(FLOWERS, ConstantMember(np.array([0.3, 0.7]))).save(run / "small")
    report = export(run, "onnx", tmp_path / "out", small=True)
    assert (report.path.name, report.parity["which"]) == ("flowers-small.onnx", "small")
    whole = export(run, "onnx", tmp_path / "out")
    assert (whole.notes, whole.parity["which"]) == ((), "ensemble")
    assert verify(tmp_path / "out").holds
    assert verify(report.path).holds
    answer = OnnxModel.open(report.path).predict_dataset(flowers(3))
    np.testing.assert_allclose(answer, [[0.3, 0.7]] * 3)


def test_a_place_that_cannot_be_written_is_met_with_a_sentence(run: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(NotWritable, match="a file where a folder is needed"):
        export(run, "onnx", tmp_path / "taken")


def test_a_model_alone_is_compared_on_made_up_samples_and_says_so(tmp_path: Path) -> None:
    for task, member, what in ((TABLE, lightgbm(TABLE), "rows"), (PICTURES, thumbnail(PICTURES), "pictures")):
        folder = tmp_path / f"{task.modality} model"
        model_of(task, member, constant(task)).save(folder)
        report = export(folder, "onnx", tmp_path / "out")
        (note,) = report.notes
        assert note == f"The {what} that the run learned from were not found, so the comparison used made-up ones."
        assert report.parity["real_samples"] == 0
    assert OnnxModel.open(tmp_path / "out" / "table-model.onnx").predict(rows(4)).shape == (4, 3)


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_has_an_exporter_of_that_name(target: str) -> None:
    found = exporter(target)
    assert isinstance(found, Exporter)
    assert found.target == target


def test_another_target_is_met_with_a_sentence(run: Path, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"Models are exported as onnx or .*, but got 'punchcards'"):
        export(run, "punchcards", tmp_path / "out")
