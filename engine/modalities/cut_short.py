"""Which samples are so long that not all of each is learned from, in a sentence for the person."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from engine.budget import awake
from engine.dataset import INPUT_PREFIX
from engine.modalities.audio.decode import EXCERPT_SECONDS, EXCERPTS, MAX_SECONDS, heard_in_part
from engine.modalities.text.decode import MAX_BYTES, read_in_part
from engine.task import Modality, Task
from engine.wording import count, size, things

if TYPE_CHECKING:
    import polars as pl

LOOKED_AT = 1000  # files, of which the beginning is read: a second of work or less
PATIENCE_S = 5.0  # where they lie far away

_IN_PART: dict[Modality, Callable[[str], bool]] = {Modality.AUDIO: heard_in_part, Modality.TEXT: read_in_part}


def cut_short(samples: pl.LazyFrame, task: Task, patience_s: float = PATIENCE_S) -> str | None:
    """Return what to tell of those samples of a dataset that are heard or read in part, None where there are none.

    Of very many files, or where looking takes longer than ``patience_s``, some are looked at, drawn evenly.
    """
    import polars as pl

    in_part = _IN_PART.get(task.modality)
    if in_part is None:
        return None
    if task.columns:
        stored = [INPUT_PREFIX + column.name for column in task.columns]
        there = set(samples.collect_schema().names())
        lengths = [pl.col(name).cast(pl.String).str.len_chars().fill_null(0) for name in stored if name in there]
        whole = pl.max_horizontal(pl.lit(0, pl.UInt32), *lengths) <= MAX_BYTES
        found = samples.select(total=pl.len(), whole=whole.sum()).collect(engine="streaming")
        total = looked = int(found["total"][0])
        long = total - int(found["whole"][0])
    else:
        files = samples.select("reference").collect()["reference"]
        total, (looked, long) = len(files), _looked_at(files, in_part, patience_s)
    return _sentence(task.modality, long, looked, total) if long else None


def _looked_at(files: pl.Series, in_part: Callable[[str], bool], patience_s: float) -> tuple[int, int]:
    """Return how many files were looked at, and how many of them are heard or read in part."""
    ends, looked, long = awake() + patience_s, 0, 0
    for row in np.random.default_rng(0).permutation(len(files))[:LOOKED_AT]:
        long += in_part(files[int(row)])
        looked += 1
        if awake() > ends:
            break
    return looked, long


def _sentence(modality: Modality, long: int, looked: int, total: int) -> str:
    among = things(modality, total)
    if looked < total:
        among = f"{things(modality, looked)} looked at, of {count(total)} in all,"
    which, each = f"{count(long)} of {among}", "it" if long == 1 else "each"
    which += " is" if long == 1 else " are"
    if modality is Modality.AUDIO:
        return (
            f"{which} longer than {EXCERPTS * EXCERPT_SECONDS} s: {EXCERPTS} stretches of {EXCERPT_SECONDS} s of "
            f"{each} are heard, spread over its first {MAX_SECONDS // 60} minutes. Cut long recordings into pieces "
            "to have all of them heard."
        )
    return (
        f"{which} longer than {size(MAX_BYTES)}: of {each} what comes after that is not read. Cut long texts into "
        "pieces to have all of them read."
    )
