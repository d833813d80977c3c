"""Whether the files that a run learns from are where they were when it was planned."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from engine.dataset import Dataset
from engine.task import Task
from engine.wording import noun

LOOKED_AT = 25  # files of each part: a moment of work
FEWEST = 5  # of a part that tell by themselves: of fewer, one or two may just have been deleted
PATIENCE_S = 5.0  # where they lie far away


def away(task: Task, parts: Iterable[Dataset], patience_s: float = PATIENCE_S) -> str | None:
    """Return what to tell where most files of a part are not there, as those of a drive that is not connected.

    Of many some are looked at, drawn evenly, in a thread of its own: a drive that is gone may not answer at all.
    """
    if task.columns:
        return None
    found: queue.SimpleQueue[list[str]] = queue.SimpleQueue()
    drawn = [_drawn(part) for part in parts]
    threading.Thread(target=lambda: found.put(_missing(drawn)), daemon=True).start()
    try:
        missing = found.get(timeout=patience_s)
    except queue.Empty:  # who learns from them tells
        return None
    if not missing:
        return None
    return (
        f"The {noun(task.modality)} are not where they were ({_folder(missing)}), so training did not go on. Perhaps "
        "their drive is not connected."
    )


def _drawn(part: Dataset) -> list[str]:
    references = part.frame["reference"].drop_nulls()
    return [references[int(row)] for row in np.random.default_rng(0).permutation(len(references))[:LOOKED_AT]]


def _missing(parts: Iterable[list[str]]) -> list[str]:
    """Return the files that are not there, where these are most of all or of a part."""
    looked = [(len(files), [file for file in files if not _is_there(file)]) for files in parts]
    everywhere = [file for _, absent in looked for file in absent]
    if 2 * len(everywhere) > sum(count for count, _ in looked):
        return everywhere
    return [file for count, absent in looked if count >= FEWEST and 2 * len(absent) > count for file in absent]


def _is_there(file: str) -> bool:
    try:
        return Path(file).is_file()
    except OSError:  # as of a drive that is gone
        return False


def _folder(files: list[str]) -> str:
    """Return the folder that holds them all, or the first one where they lie on several drives."""
    folders = [str(Path(file).parent) for file in files]
    try:
        return os.path.commonpath(folders)
    except ValueError:
        return folders[0]
