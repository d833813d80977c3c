"""A run whose files are away is not gone on with, as it would learn nothing; it can be finished or discarded."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from engine.dataset import Dataset, Split
from engine.errors import DataError
from engine.run.folder import RunFolder, RunOptions
from engine.task import Kind, Modality, Task
from engine.worker.whereabouts import LOOKED_AT, away
from tests.engine.flowers import FLOWERS, flowers
from tests.engine.worker.sittings import Sit, events, idle, keep_candidate

BOLTS = Task(Modality.IMAGE, Kind.MULTICLASS, ("bolt", "nut"))


@pytest.fixture
def data(tmp_path: Path) -> Dataset:
    """Samples whose files lie in two folders, a part each."""
    paths = [
        tmp_path / "bolts" / split / f"{row}.png" for split, size in (("train", 8), ("test", 6)) for row in range(size)
    ]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"no picture, but it is there")
    return Dataset(
        pl.DataFrame(
            {
                "id": [f"{path.parent.name}/{path.name}" for path in paths],
                "reference": [str(path) for path in paths],
                "content": pl.Series([None] * 14, dtype=pl.String),
                "label": ["bolt", "nut"] * 7,
                "split": [path.parent.name for path in paths],
                "fold": pl.Series([0, 0, 1, 1, 2, 2, 3, 3] + [-2] * 6, dtype=pl.Int32),
            }
        )
    )


def parts(data: Dataset) -> list[Dataset]:
    return [data.part(split) for split in (Split.TRAIN, Split.TEST)]


@pytest.mark.parametrize("moved", ["", "train", "test"])
def test_a_part_that_is_not_where_it_was_is_told_of_with_its_folder(moved: str, data: Dataset, tmp_path: Path) -> None:
    assert away(BOLTS, parts(data)) is None
    (tmp_path / "bolts" / moved).rename(tmp_path / "elsewhere")
    said = away(BOLTS, parts(data))
    assert said is not None
    assert said.startswith(f"The photos are not where they were ({(tmp_path / 'bolts' / moved)})")
    sounds = away(replace(BOLTS, modality=Modality.AUDIO), parts(data))
    assert sounds is not None
    assert sounds.startswith("The sounds are not")


def test_a_few_files_that_are_gone_are_not_told_of(data: Dataset) -> None:
    for part in parts(data):
        for reference in part.references[: len(part) // 2]:
            Path(reference).unlink()
    assert away(BOLTS, parts(data)) is None


def test_two_of_three_files_that_are_gone_do_not_keep_a_run_from_going_on(data: Dataset) -> None:
    train, test = parts(data)
    small = Dataset(test.frame.head(3))
    for reference in small.references[:2]:
        Path(reference).unlink()
    assert away(BOLTS, [train, small]) is None
    for part in (train, small):
        for reference in part.references:
            Path(reference).unlink(missing_ok=True)
    assert away(BOLTS, [train, small]) is not None


def test_of_many_files_a_few_are_looked_at(data: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    monkeypatch.setattr("engine.worker.whereabouts._is_there", looked.append)
    assert away(BOLTS, [Dataset(pl.concat([data.frame] * 50)), *parts(data)[1:]]) is not None
    assert len(looked) == LOOKED_AT + 6


def test_where_the_samples_are_rows_there_is_nothing_to_look_for() -> None:
    assert away(FLOWERS, parts(flowers(40))) is None


def test_a_drive_that_does_not_answer_is_not_waited_for(data: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = threading.Event()
    monkeypatch.setattr("engine.worker.whereabouts._is_there", lambda _: answer.wait(60.0))
    assert away(BOLTS, parts(data), patience_s=0.05) is None
    answer.set()


@pytest.fixture
def interrupted(data: Dataset, sit: Sit, tmp_path: Path) -> RunFolder:
    """A run that was cut off once it had learned something, and whose files are away."""
    run = RunFolder.create(tmp_path / "interrupted", BOLTS, data, RunOptions(30.0, "cpu"))

    def learn(learner: str) -> None:
        keep_candidate(run, learner, wrong_one_in=4)
        worker._leave()

    worker = sit(on_job=learn, of=run)
    assert worker.run_to_end() == 1
    (tmp_path / "bolts").rename(tmp_path / "elsewhere")
    return run


def test_a_run_whose_files_are_away_goes_on_once_they_are_back(
    sit: Sit, interrupted: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.worker.loop.ORDER_PATIENCE", -1.0)
    with pytest.raises(DataError, match="The photos are not where they were"):
        sit(of=interrupted).run_to_end()
    assert interrupted.result() is None
    said = events(interrupted, "message")[-1].data
    assert said["level"] == "error"
    assert str(tmp_path / "bolts") in said["text"]
    assert said["text"].endswith("What was learned is kept: put that right, then resume it.")
    (tmp_path / "elsewhere").rename(tmp_path / "bolts")
    worker = sit(of=interrupted)
    trainer = idle(worker)
    trainer.on_job = lambda _: worker._discard()
    worker.run_to_end()
    assert len(trainer.jobs) == 1


def test_what_a_run_had_learned_can_be_kept_though_its_files_are_away(sit: Sit, interrupted: RunFolder) -> None:
    worker = sit("finish", of=interrupted)
    trainer = idle(worker)
    assert worker.run_to_end() == 0
    assert trainer.jobs == []  # answers about files that are not there would be worth nothing
    result = interrupted.result()
    assert result is not None
    assert result["stopped_because"] == "finished"
    assert result["score"]["test"] is None


def test_a_run_whose_files_are_away_can_be_discarded(sit: Sit, interrupted: RunFolder) -> None:
    sit("discard", of=interrupted).run_to_end()
    result = interrupted.result()
    assert result is not None
    assert result["stopped_because"] == "discarded"
