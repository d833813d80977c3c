"""One folder a modality, each with the same rooms: samples (decode), features, learners, members, portfolio.

``engine/modalities/<modality>/samples.py``    ``open_samples(dataset, task, cache) -> Samples``
                                               ``ask_samples(items, task) -> (Samples, problems)``
``engine/modalities/<modality>/portfolio.py``  ``portfolio(task, size, device) -> tuple[Entry, ...]``
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.dataset import Dataset
from engine.modalities.extent import extent
from engine.modalities.learned import Meta, as_taught, taught
from engine.modalities.portfolio import Entry
from engine.samples import Samples
from engine.search.asked import searching
from engine.task import Modality, Task
from engine.transfer.asked import held

if TYPE_CHECKING:
    from engine.run.folder import RunOptions

__all__ = ["FIRST_KINDS", "Entry", "ask_samples", "by_hand", "open_samples", "portfolio"]

FIRST_KINDS = {  # which learner begins, known before the data is
    Modality.IMAGE: "image.thumbnail_ridge",
    Modality.AUDIO: "audio.head",
    Modality.TEXT: "text.ngrams",
    Modality.TABLE: "table.lightgbm",
}
_BEFORE_OWN = 3


def open_samples(dataset: Dataset, task: Task, cache: Path | None = None) -> Samples:
    """Return the dataset's samples; ``cache`` is a folder where costly features may be kept between runs."""
    module = importlib.import_module(f"engine.modalities.{Modality(task.modality).value}.samples")
    samples: Samples = module.open_samples(dataset, task, cache)
    return samples


def ask_samples(items: Sequence[Any], task: Task) -> tuple[Samples, dict[int, str]]:
    """Return what a person asks about (paths of media, or rows as mappings) as samples.

    Items that cannot be read are left out; the dict says why, by their place in ``items``.
    """
    module = importlib.import_module(f"engine.modalities.{Modality(task.modality).value}.samples")
    samples, problems = module.ask_samples(items, task)
    return samples, problems


def by_hand(task: Task, size: int, device: str) -> tuple[Entry, ...]:
    """Return the learners for this task, training size and device as the modality's own portfolio has them."""
    module = importlib.import_module(f"engine.modalities.{Modality(task.modality).value}.portfolio")
    entries: tuple[Entry, ...] = module.portfolio(task, size, device)
    return entries


def portfolio(
    task: Task, size: int, device: str, dataset: Dataset | None = None, options: RunOptions | None = None
) -> tuple[Entry, ...]:
    """Return the learners to try for this task, training size and device, as earlier runs teach.

    The size of the samples in ``dataset``, where it is given, helps to find runs on alike data, and leaves out what is
    for samples of other sizes. ``options`` say what the person wants of the learners, without which they are as usual.
    """
    entries = by_hand(task, size, device)
    if options is not None:
        entries = _as_asked(entries, task, options)
    asked = taught(task.modality) or any(entry.limited for entry in entries)
    measured = extent(dataset, task) if asked else None
    entries = tuple(entry for entry in entries if entry.suits(measured))
    if taught(task.modality):
        entries = as_taught(entries, Meta.of(task, size, device, measured))
    return entries if options is None else searching(entries, options.search)


def _as_asked(entries: tuple[Entry, ...], task: Task, options: RunOptions) -> tuple[Entry, ...]:
    """Return the entries as a person wants them: those of networks of their own come after the first few."""
    own = options.own_weights
    if own and task.modality is Modality.IMAGE:
        from engine.modalities.image.own import own_entries

        entries = (*entries[:_BEFORE_OWN], *own_entries(own), *entries[_BEFORE_OWN:])
    return held(entries, options.transfer)
