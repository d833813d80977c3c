"""A run of each modality that is soon told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from engine.dataset import Dataset
from engine.learners.base import Job
from engine.modalities.files import FileSamples
from engine.modalities.text.samples import TextSamples
from engine.run.folder import RunFolder, RunOptions
from engine.task import Column, ColumnType, Modality
from tests.engine.flowers import flower_run
from tests.engine.modalities.audio import sounds
from tests.engine.modalities.image import pictures
from tests.engine.modalities.text import texts

WORDS = Column("words", ColumnType.TEXT)
EACH = 10
BUDGET_S = 60.0


def small_run(folder: Path, modality: Modality, weights: Sequence[str] = ()) -> RunFolder:
    """Make a run folder ``run`` in ``folder``, beside the files of its samples.

    ``weights`` are files of a person's own networks, for pictures.
    """
    if modality is Modality.TABLE:
        return flower_run(folder / "run", BUDGET_S)
    job = _job(folder, modality)
    wrong = np.arange(len(job.labels)) % 7 == 6  # or the first model would be without a mistake, and end the run
    labels = (job.labels + wrong) % len(job.task.classes)
    held = np.arange(len(job.labels)) % 5 == 4
    frame = pl.DataFrame(
        {
            "id": [str(row) for row in range(len(held))],
            "label": [job.task.classes[int(label)] for label in labels],
            "split": np.where(held, "test", "train"),
            "fold": np.where(held, -2, np.arange(len(held)) % 5).astype(np.int32),
            **_inputs(job),
        }
    )
    task = replace(job.task, columns=(WORDS,)) if modality is Modality.TEXT else job.task
    return RunFolder.create(folder / "run", task, Dataset(frame), RunOptions(BUDGET_S, "cpu", weights=tuple(weights)))


def _job(folder: Path, modality: Modality) -> Job:
    if modality is Modality.TEXT:
        return texts.class_job(EACH)
    files = folder / "files"
    return pictures.class_job(files, EACH) if modality is Modality.IMAGE else sounds.class_job(files, EACH)


def _inputs(job: Job) -> dict[str, Sequence[str | None]]:
    samples = job.samples
    if isinstance(samples, TextSamples):
        return {f"x:{WORDS.name}": [text for (text,) in samples.texts()]}
    assert isinstance(samples, FileSamples)
    return {"reference": list(samples.references), "content": list(samples.content)}
