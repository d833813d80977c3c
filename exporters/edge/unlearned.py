"""What models said about samples when they had not learned from them, as their run kept it.

A model is judged by such answers alone: of the samples it has learned from it knows too much.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.arrays import FloatArray
from engine.dataset import Dataset
from engine.errors import ModelError
from engine.model.blend import blend
from engine.model.folder import MemberRecord, read_manifest
from engine.run.tables import PROBABILITY_PREFIX
from engine.task import Kind, Task

_TINY = 1e-9


def unlearned(folder: Path, task: Task, train: Dataset) -> FloatArray | None:
    """Return the answers [n, K] of the model in ``folder`` on the part that was learned from; rows may be NaN.

    None where the run did not keep them.
    """
    try:
        manifest = read_manifest(folder)
    except ModelError:
        return None
    parts = [member_unlearned(folder, member, (len(train), task.outputs)) for member in manifest.members]
    known = [part for part in parts if part is not None]
    if len(known) == len(parts):
        return blend(known, [member.weight for member in manifest.members], manifest.temperature, task.kind)
    return _table(folder / "validation.parquet", task, train)


def member_unlearned(folder: Path, member: MemberRecord, shape: tuple[int, int]) -> FloatArray | None:
    """Return the same for one member of the model in ``folder``, of this ``shape``."""
    path = folder.parent / "checkpoints" / member.name / f"{member.folder.name}.npy"
    try:
        found = np.load(path, allow_pickle=False)
    except (OSError, ValueError):
        return None
    return found.astype(np.float64) if found.shape == shape else None


def _table(path: Path, task: Task, train: Dataset) -> FloatArray | None:
    """Return the answers that lie beside the model, in the order of ``train``."""
    import polars as pl

    names = ["prediction"] if task.kind is Kind.REGRESSION else [PROBABILITY_PREFIX + name for name in task.classes]
    try:
        table = pl.read_parquet(path, columns=["id", *names])
    except (OSError, pl.exceptions.PolarsError):
        return None
    joined = train.frame.select("id").join(table, on="id", how="left", maintain_order="left")
    if joined.height != len(train):
        return None
    found: FloatArray = joined.select(pl.col(names).cast(pl.Float64).fill_null(float("nan"))).to_numpy()
    return found


def moved(known: FloatArray, before: FloatArray, after: FloatArray, kind: Kind) -> FloatArray:
    """Return the answers ``known`` [n, K], moved as a change of the model moved ``before`` to ``after``.

    The change is the same whether a sample was learned from or not; only how far answers are from the border between
    two classes differs, and that is taken from answers to samples not learned from.
    """
    if kind is Kind.REGRESSION:
        return known + (after - before)
    if kind is Kind.MULTILABEL:
        chances = _odds(known) * _odds(after) / _odds(before)
        return chances / (1.0 + chances)
    shares: FloatArray = np.maximum(known, _TINY) * np.maximum(after, _TINY) / np.maximum(before, _TINY)
    total: FloatArray = shares.sum(axis=1, keepdims=True)
    return shares / total


def _odds(chances: FloatArray) -> FloatArray:
    inside: FloatArray = np.clip(chances, _TINY, 1.0 - _TINY)
    return inside / (1.0 - inside)
