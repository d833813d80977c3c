from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from PIL import Image

from engine.dataset import Dataset
from engine.modalities import Entry, OwnWeights, portfolio
from engine.modalities.image import portfolio as of_pictures
from engine.modalities.image.own import own_entries, own_files
from engine.task import Kind, Modality, Task

PICTURES = Task(Modality.IMAGE, Kind.MULTICLASS, ("a", "b"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (folder := tmp_path / "own").mkdir()
    for name in ("resnet18.pth", "convnext_tiny-1.safetensors", "notes.txt"):
        (folder / name).touch()
    (folder / "old.pth").mkdir()
    return folder


def test_files_of_weights_are_found_and_only_a_few(folder: Path) -> None:
    assert [path.name for path in own_files(folder)] == ["convnext_tiny-1.safetensors", "resnet18.pth"]
    for number in range(9):
        (folder / f"a{number}.pt").touch()
    assert [path.name for path in own_files(folder)] == ["a0.pt", "a1.pt", "a2.pt", "a3.pt"]


def test_pictures_are_learned_with_each_of_them_after_the_first_learners(folder: Path) -> None:
    usual = portfolio(PICTURES, 100, "cpu")
    entries = portfolio(PICTURES, 100, "cpu", own=OwnWeights(folder))
    added = [entry for entry in entries if entry not in usual]
    assert [Path(entry.settings["weights"]).name for entry in added[:2]] == [p.name for p in own_files(folder)]
    assert entries[:3] == usual[:3]
    assert entries.index(added[0]) == 3
    assert len({entry.name for entry in entries}) == len(entries) == len(usual) + 4


def test_other_kinds_of_data_have_no_use_for_them(folder: Path) -> None:
    task = Task(Modality.TEXT, Kind.MULTICLASS, ("a", "b"))
    assert portfolio(task, 100, "cpu", own=OwnWeights(folder)) == portfolio(task, 100, "cpu")


def test_only_what_is_not_there_is_fetched_and_only_where_that_is_allowed(folder: Path, tmp_path: Path) -> None:
    assert not any("fetch" in entry.settings for entry in own_entries(folder))
    fetched = [entry.settings.get("fetch") for entry in own_entries(folder, download=True)]
    assert fetched == [None, None, "regnet_y_1_6gf"] * 2
    assert len(own_entries(tmp_path / "absent", download=True)) == 4


def test_what_is_for_small_samples_is_left_out_for_larger_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = (Entry("any", "constant"), Entry("small", "constant", largest=32.0))
    monkeypatch.setattr(of_pictures, "portfolio", lambda task, size, device: entries)
    for name, side in (("small.png", 32), ("large.png", 33)):
        Image.new("RGB", (side, 10)).save(tmp_path / name)

    def left(name: str) -> tuple[Entry, ...]:
        dataset = Dataset(pl.DataFrame({"id": ["0"], "reference": [str(tmp_path / name)]}))
        return portfolio(PICTURES, 1, "cpu", dataset)

    assert left("small.png") == left("absent.png") == entries
    assert left("large.png") == entries[:1]
