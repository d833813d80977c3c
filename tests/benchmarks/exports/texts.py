"""Models of texts learned from real reviews, exported: how near they are, how long it takes, how much room they need.

Every kind of part is in it: n-grams, a head on the sentence network, tuned sentence networks and, on Chinese reviews,
small networks of their own. They are learned as a run would, only briefly.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from engine.budget import Deadline
from engine.dataset import Dataset
from engine.learners.base import Job, Learner
from engine.modalities import open_samples
from engine.modalities.text.learners.finetune import TextFineTune
from engine.modalities.text.learners.frozen_head import FrozenHead
from engine.modalities.text.learners.ngrams import Ngrams
from engine.modalities.text.learners.scratch import Scratch
from engine.model.member import Member
from engine.model.model import Model, WeightedMember
from engine.task import Column, ColumnType, Kind, Modality, Task
from exporters.onnx.proven import prove
from exporters.source import Source

Figure = tuple[str, float, float]
"""What was measured, what it has to be at most, and what it is."""

_LEARNED, _HELD_OUT = 900, 300
_FOLDS = 4
_SECONDS = 120.0
_DIFFERENCE, _EXPORT_S = 1e-4, 30.0
_MEGABYTES, _MILLISECONDS = 250.0, 100.0
_ROOT = Path(__file__).resolve().parents[3]

_WORDS = {"words": 3, "bayes": True, "penalties": [0.1, 0.03]}
_PIECES = {"words": 2, "pieces": [3, 5], "penalties": [0.1, 0.03]}
_TUNED = {"layers": 3, "epochs": 1, "folds": 2, "batch": 32, "rate": 1e-4}
_SMALL = {"epochs": 2, "folds": 2}
SETS: Mapping[str, tuple[str, str, Sequence[tuple[type[Learner], Mapping[str, Any]]]]] = {
    "sst2_reviews/train.tsv": (
        "sentence",
        "label",
        ((Ngrams, _WORDS), (Ngrams, _PIECES), (FrozenHead, {}), (TextFineTune, _TUNED)),
    ),
    "waimai_zh/train.csv": ("review", "label", ((Ngrams, _WORDS), (Ngrams, _PIECES), (Scratch, _SMALL))),
}


def measure() -> list[Figure]:
    """Learn from each set, export, and return the figures; nothing where the datasets are absent."""
    folder = Path(os.environ.get("AUTODIDACT_DATA", _ROOT.parent / "shared" / "data"))
    return [figure for name in SETS if (folder / name).is_file() for figure in _measured(folder, name)]


def _measured(folder: Path, name: str) -> list[Figure]:
    text, label, learners = SETS[name]
    dataset, task = _read(folder / name, text, label)
    start = time.perf_counter()
    source = Source(_learned(dataset, task, learners), "texts", "0" * 64, dataset, None)
    learned = time.perf_counter()
    proven = prove(source, lambda share, what: None)
    seconds = time.perf_counter() - learned
    print(f"{name}: learned in {learned - start:.0f} s, {proven.parity}", flush=True)
    what = name.partition("/")[0]
    return [
        (f"{what}: largest difference in probability", _DIFFERENCE, proven.parity.difference),
        (f"{what}: seconds to export, compared with the model", len(learners) * _EXPORT_S, seconds),
        (f"{what}: megabytes", _MEGABYTES, len(proven.content) / 1e6),
        (f"{what}: milliseconds for one text", _MILLISECONDS, proven.parity.milliseconds),
    ]


def _read(path: Path, text: str, label: str) -> tuple[Dataset, Task]:
    tabs = path.suffix == ".tsv"
    table = pl.read_csv(path, separator="\t" if tabs else ",", quote_char=None if tabs else '"', infer_schema=False)
    table = table.sample(_LEARNED + _HELD_OUT, seed=0, shuffle=True)
    rows = np.arange(len(table))
    frame = {
        "id": [str(row) for row in rows],
        "label": table[label].to_list(),
        "split": np.where(rows < _LEARNED, "train", "test").tolist(),
        "fold": np.where(rows < _LEARNED, rows % _FOLDS, -2).astype(np.int32),
        f"x:{text}": table[text].to_list(),
    }
    classes = tuple(sorted(set(frame["label"])))
    columns = (Column(text, ColumnType.TEXT),)
    return Dataset(pl.DataFrame(frame)), Task(Modality.TEXT, Kind.MULTICLASS, classes, target=label, columns=columns)


def _learned(dataset: Dataset, task: Task, learners: Sequence[tuple[type[Learner], Mapping[str, Any]]]) -> Model:
    rows = np.arange(_LEARNED)
    labels = np.array([task.classes.index(name) for name in dataset.frame["label"].to_list()], dtype=np.float64)
    job = Job(task, open_samples(dataset, task).take(rows), labels[rows], rows % _FOLDS)
    members = [_member(kind(job, settings)) for kind, settings in learners]
    return Model(task, tuple(WeightedMember(m.kind, 1.0 / len(members), m) for m in members), temperature=1.2)


def _member(learner: Learner) -> Member:
    deadline = Deadline(_SECONDS)
    while not deadline.expired and not learner.advance(deadline).done:
        continue
    return learner.member()
