"""A run becomes one zip that is the same each time, and what is there already is never lost."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from engine.dataset import Dataset
from engine.learners.constant import ConstantMember
from engine.model.model import Model
from engine.task import Column, ColumnType, Kind, Modality, Task
from exporters.api import export
from exporters.bundle.exporter import BundleExporter
from exporters.bundle.layout import PROGRAM
from exporters.errors import ExportError, NothingToExport, NotWritable, ParityError
from exporters.source import Source
from exporters.standalone.package import Package
from tests.engine.flowers import FLOWERS, flower_run
from tests.exporters.models import model_of, source_of

MODEL = model_of(FLOWERS, ConstantMember(np.array([0.4, 0.6])))
ODD = ("a,b", "new\nline", 'say "hi"', "😀 🐍", "'; --", "=1+1", " ", "|", "<b>", "")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = flower_run(tmp_path / "flowers")
    MODEL.save(folder.model_path)
    return folder.path


def unpacked(path: Path, out: Path) -> Path:
    with zipfile.ZipFile(path) as content:
        content.extractall(out)
    (folder,) = out.iterdir()
    return folder


def bundle(source: Source, out: Path) -> Path:
    return BundleExporter().export(source, out, lambda share, text: None).path


def test_the_same_run_gives_the_same_bundle(run: Path, tmp_path: Path) -> None:
    reports = [export(run, "bundle", tmp_path / name) for name in ("a", "b")]
    first, second = (report.path.read_bytes() for report in reports)
    assert first == second
    assert reports[0].path.name == "flowers.zip"
    assert reports[0].notes[-1] == f"SHA-256 of flowers.zip: {hashlib.sha256(first).hexdigest()}"
    assert reports[0].parity["samples"] == 340


def test_its_files_are_sorted_dated_alike_and_readable_by_all(run: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(export(run, "bundle", tmp_path / "out").path) as content:
        entries = content.infolist()
    names = [entry.filename for entry in entries]
    assert names == sorted(names)
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.external_attr >> 16 for entry in entries} == {0o100644}
    assert {"flowers/README.md", "flowers/predict.py", "flowers/model.onnx", "flowers/sample/expected.json"} <= set(
        names
    )


def test_its_program_answers_about_a_table(run: Path, tmp_path: Path) -> None:
    folder = unpacked(export(run, "bundle", tmp_path / "out").path, tmp_path / "in")
    (tmp_path / "new.csv").write_text("colour,length,other\nred,4.5,x\n,NA,\nblue,1,y\n")
    command = [sys.executable, str(folder / "predict.py"), str(tmp_path / "new.csv"), "sample/sample.csv", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["input"] for line in lines] == [
        "new.csv, row 1",
        "new.csv, row 2",
        "new.csv, row 3",
        "sample.csv, row 1",
    ]
    assert lines[0]["label"] == "rose"
    assert lines[0]["probabilities"] == pytest.approx({"iris": 0.4, "rose": 0.6})
    assert not list(folder.rglob("__pycache__"))


def test_its_sample_is_one_that_was_kept_apart(run: Path, tmp_path: Path) -> None:
    folder = unpacked(export(run, "bundle", tmp_path / "out").path, tmp_path / "in")
    said = json.loads((folder / "sample" / "expected.json").read_text())
    assert said["real"] is True
    (row,) = csv.DictReader((folder / "sample" / "sample.csv").read_text(encoding="utf-8").splitlines())
    frame = Dataset.read(run / "dataset.parquet").frame.filter(pl.col("split") == "test")
    assert float(row["length"]) == frame["x:length"][0]


def test_its_manifest_has_the_score_of_the_exported_model(run: Path, tmp_path: Path) -> None:
    folder = unpacked(export(run, "bundle", tmp_path / "out").path, tmp_path / "in")
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["score"] == {"metric": "nauc", "value": 0.0, "low": 0.0, "high": 0.0, "samples": 48}
    assert "milliseconds" not in manifest["parity"]
    assert (folder / "predict.py").read_bytes() == PROGRAM


def test_odd_class_names_come_back_as_they_are(tmp_path: Path) -> None:
    task = Task(Modality.TABLE, Kind.MULTICLASS, ODD, columns=(Column('a,"b"\n🎨', ColumnType.CATEGORY),))
    shares = np.arange(1.0, len(ODD) + 1)
    path = bundle(source_of(model_of(task, ConstantMember(shares / shares.sum())), "odd"), tmp_path)
    package = Package.open(unpacked(path, tmp_path / "in"))
    assert package.classes == ODD
    rows = package.rows((package.folder / "sample" / "sample.csv").read_bytes())
    (answer,) = package.predict([package.read(rows[0])])
    assert (answer.label, tuple(answer.probabilities)) == ("", ODD)


def test_a_thousand_classes_fit(tmp_path: Path) -> None:
    names = tuple(f"class {number}" for number in range(1000))
    task = Task(Modality.TABLE, Kind.MULTICLASS, names, columns=(Column("a", ColumnType.NUMBER),))
    path = bundle(source_of(model_of(task, ConstantMember(np.full(1000, 0.001))), "many"), tmp_path)
    folder = unpacked(path, tmp_path / "in")
    assert "and 940 more" in (folder / "README.md").read_text(encoding="utf-8")
    assert len(Package.open(folder).predict([(1.0,)])[0].probabilities) == 1000


def test_an_older_export_is_replaced_and_that_is_said(run: Path, tmp_path: Path) -> None:
    export(run, "bundle", tmp_path / "out")
    report = export(run, "bundle", tmp_path / "out")
    assert report.notes[-1].startswith("An older export of that name was replaced")


def test_another_file_of_that_name_is_left_alone(run: Path, tmp_path: Path) -> None:
    (tmp_path / "flowers.zip").write_text("mine")
    with pytest.raises(NotWritable, match="is no export, so it was left alone"):
        export(run, "bundle", tmp_path)
    assert (tmp_path / "flowers.zip").read_text() == "mine"


def test_a_run_without_a_model_is_met_with_a_sentence(tmp_path: Path) -> None:
    folder = flower_run(tmp_path / "flowers")
    with pytest.raises(NothingToExport, match="has not made a model yet"):
        export(folder.path, "bundle", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_package_that_answers_otherwise_is_not_handed_over(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Model, "predict", lambda self, samples: np.tile([0.4, 0.6], (len(samples), 1)))
    monkeypatch.setattr("exporters.packaged.apart", lambda one, other: 0.02)
    with pytest.raises(ParityError, match=r"otherwise than the trained model \(by 0\.02"):
        export(run, "bundle", tmp_path / "out")
    assert not list((tmp_path / "out").glob("*"))


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            FileNotFoundError(2, "No such file or directory", "/data/a"),
            "/data/a: No such file .* is there and",
        ),
        (OSError(28, "No space left on device"), r"no room for the export \(No space left on device\).*Make room"),
    ],
)
def test_what_failed_on_the_way_is_told_as_what_it_is(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, told: str
) -> None:
    def failing(*_: object) -> bytes:
        raise error

    monkeypatch.setattr("exporters.bundle.exporter.archive", failing)
    with pytest.raises(ExportError, match=told):
        export(run, "bundle", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        pytest.skip("only root can make a small disk")
    if subprocess.run([mount, "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)], check=False).returncode:
        pytest.skip("this machine mounts nothing")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_met_with_a_sentence_and_left_as_it_was(run: Path, small_disk: Path) -> None:
    (small_disk / "letter.txt").write_text("x" * 50_000)
    with pytest.raises(NotWritable, match=r"No space left on device\)\. Nothing was changed"):
        export(run, "bundle", small_disk / "out")
    assert sorted(path.name for path in small_disk.rglob("*") if path.is_file()) == ["letter.txt"]
