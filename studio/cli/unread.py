"""Files that a model is asked about but cannot read, be they damaged inside: they are named, and not answered."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from engine.arrays import FloatArray
from engine.dataset import Dataset
from engine.task import Task
from studio.cli.models import Trained
from studio.wording import listing, things

ABSENT = "a file that is not there"


def unread_files(model: Trained, dataset: Dataset, answers: FloatArray) -> dict[str, str]:
    """Return why a file could not be read, by the id of its sample.

    What a model says of a file that it cannot read is what it says of one that is not there. So files with that answer,
    and no others, are opened once more.
    """
    if model.task.columns or not len(dataset):
        return {}
    import polars as pl

    from engine.modalities import ask_samples

    nowhere = pl.lit(ABSENT).alias("reference"), pl.lit(None, dtype=pl.String).alias("content")
    nothing = model.predict(Dataset(dataset.frame.head(1).with_columns(nowhere)))[0]
    alike = np.isclose(answers, nothing, rtol=1e-6, atol=1e-9, equal_nan=True).all(axis=1)
    ids, references = dataset.ids, dataset.references
    found: dict[str, str] = {}
    for row in np.flatnonzero(alike):
        _, problems = ask_samples([references[row]], model.task)
        if problems:
            found[ids[row]] = problems[0]
    return found


def told(unread: Mapping[str, str], dataset: Dataset, task: Task, so: str) -> str:
    """Return the sentence about files that could not be read; ``so`` says what came of it for ``{them}``.

    Files of a list, whose ids are numbers, are named by themselves.
    """
    ids, references = dataset.ids, dataset.references
    rows = [row for row, name in enumerate(ids) if name in unread]
    names = [Path(references[row]).name if ids[row].isdecimal() else ids[row] for row in rows]
    them = "it" if len(rows) == 1 else "them"
    return (
        f"{things(task.modality, len(rows))} of {len(dataset):,} could not be read, so {so.format(them=them)}: "
        f"{listing(names)}. Replace or convert {them}, and try again. The first: {unread[ids[rows[0]]]}"
    )
