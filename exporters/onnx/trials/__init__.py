"""What an exported model is tried on before it is handed over: one file a modality, one line here.

A module has ``make(task, dataset, rng)``, which yields trials: the run's own samples, those the model never learned
from first, then awkward ones; and ``USUAL``, about how many samples that are.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator

import numpy as np

from engine.dataset import Dataset
from engine.task import Modality, Task
from exporters.onnx.trials.base import Trial

__all__ = ["TRIALS", "make_trials", "usual_count"]

TRIALS: dict[Modality, str] = {
    Modality.IMAGE: "exporters.onnx.trials.image",
    Modality.TEXT: "exporters.onnx.trials.text",
    Modality.AUDIO: "exporters.onnx.trials.audio",
    Modality.TABLE: "exporters.onnx.trials.table",
}


def make_trials(task: Task, dataset: Dataset | None) -> Iterator[Trial]:
    """Yield trials for ``task``, the same each time."""
    module = importlib.import_module(TRIALS[task.modality])
    yield from module.make(task, dataset, np.random.default_rng(0))


def usual_count(task: Task) -> int:
    """Return about how many samples the trials for ``task`` hold, where the run has many."""
    usual: int = importlib.import_module(TRIALS[task.modality]).USUAL
    return usual
