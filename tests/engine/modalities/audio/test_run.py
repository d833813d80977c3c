"""A real worker process on real sound files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from engine.dataset import Dataset
from engine.modalities import ask_samples
from engine.model.model import Model
from engine.run.folder import RunFolder, RunOptions
from engine.worker.handle import start
from tests.engine.modalities.audio.sounds import class_job


def test_a_run_on_sounds_leaves_a_model_that_knows_them(tmp_path: Path) -> None:
    job = class_job(tmp_path / "s", each=20)
    references = [str(tmp_path / "s" / f"{row}.wav") for row in range(60)]
    held = np.arange(60) % 5 == 4
    frame = pl.DataFrame(
        {
            "id": [Path(reference).name for reference in references],
            "reference": references,
            "content": pl.Series([None] * 60, dtype=pl.String),
            "label": [job.task.classes[int(label)] for label in job.labels],
            "split": np.where(held, "test", "train"),
            "fold": np.where(held, -2, np.arange(60) % 5).astype(np.int32),
        }
    )
    run = RunFolder.create(tmp_path / "run", job.task, Dataset(frame), RunOptions(6.0))
    assert start(run.path).wait(60.0) == 0
    result = run.result()
    assert result is not None
    assert result["score"]["validation"] > 0.8
    assert sum(member["weight"] for member in result["members"]) == pytest.approx(1.0)
    asked, problems = ask_samples([references[0], references[-1]], job.task)
    assert not problems
    answers = Model.load(run.model_path).predict(asked)
    assert answers.argmax(axis=1).tolist() == [0, 2]
