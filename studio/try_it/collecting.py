"""From what a person dropped, chose or pasted to what the model is asked about. For threads; no Qt."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.dataset import Dataset, Split
from engine.task import Task
from studio.try_it.batch import Asked

if TYPE_CHECKING:
    from studio.background import Job


MOST_ROWS = 100_000  # as many as a list on the screen is of use for
MOST_CELLS = 20_000_000  # each is an object of its own until it is asked about


def collect(
    paths: Sequence[Path], task: Task, job: Job, tell: Callable[[str], None], learned: Dataset | None = None
) -> list[Asked]:
    """Return the things at ``paths``: files one by one, folders of them and tables as a prediction reads them.

    ``tell`` hears which columns and cells of a table are missing or cannot be read, which files are none of this kind,
    what is taken in only in part, and of texts in another script than those ``learned`` from. Of files that cannot be
    read each answer says so.

    Raises:
        LabelingError: nothing there fits the task, or it is too much for a list.
    """
    import polars as pl

    from labeling.importing import inputs
    from studio.caveats import caveats

    asked, singles = list[Dataset](), list[Path]()
    for path in paths:
        if not task.columns and _is_one_thing(path, task):
            singles.append(path)
            continue
        if singles:
            asked.append(_of_files(singles))
            singles = []
        dataset = inputs(path, task, tell=tell, unread=_unsaid, progress=job.report, cancelled=job.cancelled)
        _check_rows(path, len(dataset), task)
        asked.append(dataset)
    if singles:
        asked.append(_of_files(singles))
    if asked:
        together = Dataset(pl.concat([dataset.frame for dataset in asked], how="diagonal_relaxed"))
        for sentence in caveats(together, task, learned):
            tell(sentence)
    return _told_apart([each for dataset in asked for each in _asked(dataset, task)])


def _unsaid(name: str, why: str) -> None:
    """Say nothing of a file that cannot be read: its answer does."""


def _of_files(paths: Sequence[Path]) -> Dataset:
    import polars as pl

    facts = {"id": [path.name for path in paths], "reference": [str(path) for path in paths]}
    nothing = pl.lit(None, dtype=pl.String).alias("content")
    return Dataset(pl.DataFrame(facts, schema=dict.fromkeys(facts, pl.String)).with_columns(nothing))


def some_sample(dataset: Dataset, choose: Callable[[Sequence[int]], int] = random.choice) -> int:
    """Return the row of a sample to start from, of the test part where there is one."""
    test = [row for row, split in enumerate(dataset.frame["split"]) if split == Split.TEST]
    return choose(test or range(len(dataset)))


def _check_rows(path: Path, rows: int, task: Task) -> None:
    from labeling.errors import ImportRefused

    most = min(MOST_ROWS, MOST_CELLS // max(1, len(task.columns)))
    if task.columns and rows > most:
        raise ImportRefused(
            f"{path.name} has {rows:,} rows, and up to {most:,} can be asked about here. Write the answers for all of "
            f"them with the command line: autodidact predict RUN {path.name} --out predictions.csv"
        )


def _is_one_thing(path: Path, task: Task) -> bool:
    """Tell whether this is a file to ask about itself, rather than an archive of such files or a table naming some."""
    from labeling.archives import is_archive
    from labeling.media import MEDIA
    from labeling.tables.source import is_table

    holds_others = is_archive(path) or (is_table(path) and not MEDIA[task.modality].owns(path.name))
    return path.is_file() and not holds_others


def _asked(dataset: Dataset, task: Task) -> list[Asked]:
    if not task.columns:
        pairs = zip(dataset.ids, dataset.references, strict=True)
        return [Asked(sample, reference, reference) for sample, reference in pairs]
    rows = dataset.inputs(task.columns).to_dicts()
    return [Asked(sample, values) for sample, values in zip(dataset.ids, rows, strict=True)]


def _told_apart(found: list[Asked]) -> list[Asked]:
    """Give files of the same name their whole path as id."""
    often = Counter(asked.id for asked in found)
    return [replace(asked, id=asked.reference) if often[asked.id] > 1 and asked.reference else asked for asked in found]
