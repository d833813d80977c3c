from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch
from PIL import Image

from engine.backbones.outside import plain
from engine.budget import Deadline
from engine.dataset import Dataset
from engine.files import read_json, write_json
from engine.modalities import Entry, portfolio
from engine.modalities.image import portfolio as of_pictures
from engine.modalities.image.own import none_found, own_entries, own_files
from engine.modalities.image.samples import ImageSamples
from engine.model.folder import Manifest, publish, records
from engine.model.model import Model
from engine.run.folder import RunFolder, RunOptions
from engine.task import Kind, Modality, Task
from engine.worker.bench import Bench
from engine.worker.checkpoint import Checkpoint
from tests.engine.modalities.image.pictures import class_job

PICTURES = Task(Modality.IMAGE, Kind.MULTICLASS, ("a", "b"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (folder := tmp_path / "own").mkdir()
    for name in ("resnet18.pth", "convnext_tiny-1.safetensors", "notes.txt"):
        (folder / name).touch()
    (folder / "old.pth").mkdir()
    return folder


def with_own(folder: Path) -> RunOptions:
    return RunOptions(60.0, "cpu", weights=tuple(map(str, own_files(folder))))


def test_files_of_weights_are_found_and_only_a_few(folder: Path) -> None:
    assert [path.name for path in own_files(folder)] == ["convnext_tiny-1.safetensors", "resnet18.pth"]
    for number in range(9):
        (folder / f"a{number}.pt").touch()
    assert [path.name for path in own_files(folder)] == ["a0.pt", "a1.pt", "a2.pt", "a3.pt"]


def test_why_there_are_none_is_said(tmp_path: Path) -> None:
    assert none_found(tmp_path).startswith(f"There are no weights in {tmp_path}. Put files like resnet18.pth")
    assert none_found(tmp_path / "gone").startswith(f"There is no folder {tmp_path / 'gone'}.")


def test_pictures_are_learned_with_each_of_them_after_the_first_learners(folder: Path) -> None:
    usual = portfolio(PICTURES, 100, "cpu")
    entries = portfolio(PICTURES, 100, "cpu", options=with_own(folder))
    added = [entry for entry in entries if entry not in usual]
    assert [Path(entry.settings["weights"]).name for entry in added[:2]] == [p.name for p in own_files(folder)]
    assert entries[:3] == usual[:3]
    assert entries.index(added[0]) == 3
    assert len({entry.name for entry in entries}) == len(entries) == len(usual) + 4


def test_long_names_are_cut_and_stay_apart(folder: Path) -> None:
    for last in "ab":
        (folder / f"{'resnet18' * 20}{last}.pth").touch()
    names = [entry.name for entry in own_entries(own_files(folder))]
    assert len(set(names)) == len(names) == 8
    assert all(len(name) < 100 for name in names)


def picture_run(tmp_path: Path, options: RunOptions) -> RunFolder:
    """A run on a few textures."""
    job = class_job(tmp_path / "p", each=8)
    assert isinstance(job.samples, ImageSamples)
    columns = {
        "id": [Path(path).name for path in job.samples.references],
        "reference": job.samples.references,
        "content": job.samples.content,
        "label": [job.task.classes[int(label)] for label in job.labels],
        "split": ["train"] * 24,
        "fold": job.folds.astype(np.int32),
    }
    return RunFolder.create(tmp_path / "run", job.task, Dataset(pl.DataFrame(columns)), options)


def test_a_run_s_model_works_when_the_person_s_folder_is_gone(tmp_path: Path) -> None:
    (folder := tmp_path / "own").mkdir()
    torch.save(plain("torchvision/shufflenet_v2_x0_5").state_dict(), folder / "shufflenet_v2_x0_5.pth")
    (folder / "resnet18.pth").write_bytes(b"no weights")
    run = picture_run(tmp_path, replace(with_own(folder), cache=str(tmp_path / "cache")))
    bench = Bench(run)
    samples = bench.job.samples
    broken = bench.advance("resnet18.pth at 224 px", Deadline(60.0))
    assert broken.done
    assert broken.version is None
    assert "resnet18.pth cannot be read" in broken.message
    name = "shufflenet_v2_x0_5.pth at 224 px"
    while not bench.advance(name, Deadline(60.0)).done:
        pass
    candidate = Checkpoint(tmp_path / "run" / "checkpoints", name).candidate()
    assert candidate is not None
    publish(tmp_path / "model", Manifest(run.task, records([candidate.record], {name: 1.0})))
    expected = Model.load(tmp_path / "model").predict(samples)
    for gone in ("own", "cache", "run"):
        shutil.rmtree(tmp_path / gone)
    (tmp_path / "model").rename(tmp_path / "moved")
    np.testing.assert_allclose(Model.load(tmp_path / "moved").predict(samples), expected, atol=1e-6)


def test_other_kinds_of_data_have_no_use_for_them(folder: Path) -> None:
    task = Task(Modality.TEXT, Kind.MULTICLASS, ("a", "b"))
    assert portfolio(task, 100, "cpu", options=with_own(folder)) == portfolio(task, 100, "cpu")


def test_a_file_that_comes_during_a_run_renames_no_learner_of_it(folder: Path, tmp_path: Path) -> None:
    run = picture_run(tmp_path, with_own(folder))
    before = Bench(run)._entries.keys()
    (folder / "a_new_one.pth").touch()
    again = RunFolder.open(run.path)
    assert Bench(again)._entries.keys() == before
    served = portfolio(again.task, 24, "cpu", again.dataset(), again.options)
    assert {entry.name for entry in served} <= before
    assert sum("weights" in entry.settings for entry in served) == 4


def test_an_earlier_version_s_run_finds_the_files_of_its_folder(folder: Path, tmp_path: Path) -> None:
    run = picture_run(tmp_path, RunOptions(60.0, "cpu"))
    plan = read_json(run.path / "plan.json") | {"weights": str(folder), "download": True}
    write_json(run.path / "plan.json", plan)
    assert RunFolder.open(run.path).options.own_weights == own_files(folder)
    write_json(run.path / "plan.json", plan | {"weights": str(tmp_path / "gone")})
    assert RunFolder.open(run.path).options.own_weights == ()


def test_what_is_for_samples_of_other_sizes_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = (
        Entry("any", "constant"), Entry("small", "constant", largest=32.0), Entry("large", "constant", smallest=33.0)
    )  # fmt: skip
    monkeypatch.setattr(of_pictures, "portfolio", lambda task, size, device: entries)
    for name, side in (("small.png", 32), ("large.png", 33)):
        Image.new("RGB", (side, 10)).save(tmp_path / name)

    def left(name: str) -> tuple[Entry, ...]:
        dataset = Dataset(pl.DataFrame({"id": ["0"], "reference": [str(tmp_path / name)]}))
        return portfolio(PICTURES, 1, "cpu", dataset)

    assert left("absent.png") == entries
    assert left("small.png") == entries[:2]
    assert left("large.png") == entries[::2]
