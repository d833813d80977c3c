"""A trained model, wherever it lies: a run folder, a model folder, or an exported ONNX file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.task import Task
from studio.cli.errors import UsageError
from studio.cli.options import existing

if TYPE_CHECKING:
    from engine.arrays import FloatArray
    from engine.dataset import Dataset


@dataclass(frozen=True)
class Trained:
    """Something that predicts a dataset: ``predict`` returns [n, outputs] in the order of the dataset's rows."""

    task: Task
    predict: Callable[[Dataset], FloatArray]


def load(path: Path) -> Trained:
    """Open a model.

    Raises:
        UsageError: nothing is there, or it is none of the three.
        ModelError: the model is damaged or from a newer version.
    """
    existing(path, "run or model")
    if path.is_file():
        if path.suffix.lower() != ".onnx":
            raise UsageError(f"{path} is no model. Name a run folder that train made, or an exported .onnx file.")
        return _load_onnx(path)
    return _load_folder(model_folder(path))


def model_folder(path: Path) -> Path:
    """Return the model folder of a run folder; a model folder is its own."""
    return path / "model" if (path / "plan.json").is_file() else path


def _load_folder(folder: Path) -> Trained:
    from engine.modalities import open_samples
    from engine.model.model import Model

    model = Model.load(folder)
    return Trained(model.task, lambda dataset: model.predict(open_samples(dataset, model.task)))


def _load_onnx(path: Path) -> Trained:
    from exporters.onnx.runtime import OnnxModel

    model = OnnxModel.open(path)
    return Trained(model.task, model.predict_dataset)
