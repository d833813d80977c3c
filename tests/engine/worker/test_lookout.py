"""Samples that are cut short are looked for once something was learned, and told once in a training."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import soundfile

from engine.dataset import Dataset
from engine.modalities.audio.decode import heard_in_part
from engine.modalities.cut_short import _IN_PART
from engine.run.folder import RunFolder, RunOptions
from engine.task import Kind, Modality, Task
from engine.worker.checkpoint import Checkpoint
from engine.worker.control import Command
from engine.worker.lookout import Lookout
from engine.worker.loop import Worker
from tests.engine.worker.sittings import Sit, answered, events, idle, keep_candidate, slice_of

PATIENCE_S = 30.0


@pytest.fixture
def heard(tmp_path: Path) -> RunFolder:
    """A run on ten sounds, of which one is long."""
    paths = [tmp_path / f"{row}.wav" for row in range(10)]
    for path in paths:
        soundfile.write(path, np.zeros(201_000 if path.stem == "7" else 500), 1000)
    frame = pl.DataFrame(
        {
            "id": [path.name for path in paths],
            "reference": [str(path) for path in paths],
            "content": pl.Series([None] * 10, dtype=pl.String),
            "label": ["bell", "hum"] * 5,
            "split": ["train"] * 8 + ["test"] * 2,
            "fold": pl.Series([0, 0, 1, 1, 2, 2, 3, 3, -2, -2], dtype=pl.Int32),
        }
    )
    task = Task(Modality.AUDIO, Kind.MULTICLASS, ("bell", "hum"))
    return RunFolder.create(tmp_path / "heard", task, Dataset(frame), RunOptions(30.0, "cpu"))


def test_nothing_is_looked_at_before_something_was_learned_and_it_is_told_once(heard: RunFolder) -> None:
    lookout = Lookout(heard)
    assert lookout.news(False, PATIENCE_S) == []
    (sentence,) = lookout.news(True, PATIENCE_S)
    assert sentence.startswith("1 of 10 sounds is longer than 200 s")
    assert lookout.news(True, PATIENCE_S) == []


def test_what_cannot_be_looked_at_is_nothing_to_tell(heard: RunFolder) -> None:
    (heard.path / "dataset.parquet").write_bytes(b"not a table")
    assert Lookout(heard).news(True, PATIENCE_S) == []


def told(run: RunFolder) -> list[str]:
    return [event.data["text"] for event in events(run, "message") if "longer than" in event.data["text"]]


def sit_until_told(sit: Sit, run: RunFolder, end: Callable[[Worker], object], *commands: str) -> None:
    """Let a first learner be served, then say ``commands``; end the sitting once the worker knows of the long sound."""

    def work(learner: str) -> None:
        job = trainer.jobs[-1][0]
        if job == "advance" and not worker._server.has_learned:
            keep_candidate(run, learner, wrong_one_in=4)
            worker._inbox.put(slice_of(learner, version=1))
        elif job == "answer":
            assert not worker._teller.notes
            checkpoint = Checkpoint(run.checkpoints_path, learner)
            checkpoint.save_answers(1, {"test": np.full((2, 2), 0.5), "predict": np.zeros((0, 2))})
            worker._inbox.put(answered(learner))
            for word in commands:
                worker._inbox.put(Command(word))

    def watch() -> None:
        if worker._teller.notes:
            end(worker)

    worker = sit(on_job=work, of=run)
    trainer = idle(worker)
    worker._beat = watch  # type: ignore[method-assign]
    worker.run_to_end()


def test_a_long_sound_is_told_once_in_a_training_and_stands_in_its_result(sit: Sit, heard: RunFolder) -> None:
    sit_until_told(sit, heard, Worker._leave)
    assert heard.result() is None
    (sentence,) = told(heard)
    sit_until_told(sit, heard, Worker._discard)
    assert told(heard) == [sentence]
    result = heard.result()
    assert result is not None
    assert result["notes"] == [sentence]


def test_a_run_that_ends_as_soon_as_something_is_served_tells_of_its_long_sounds_too(
    sit: Sit, heard: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(path: str) -> bool:
        time.sleep(0.02)
        return heard_in_part(path)

    monkeypatch.setitem(_IN_PART, Modality.AUDIO, slow)
    monkeypatch.setattr("engine.worker.loop.PAUSE_PATIENCE", 0.0)
    monkeypatch.setattr("engine.worker.loop.LAST_LOOK", PATIENCE_S)
    sit_until_told(sit, heard, Worker._discard, "finish")
    assert events(heard, "stopped")[-1].data["reason"] == "finished"
    assert len(told(heard)) == 1
