"""A trained model, wherever it lies: a run folder, a model folder, or an exported ONNX file."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.task import Modality, Task
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


def load(path: Path, small: bool = False) -> Trained:
    """Open a model; with ``small``, the small single one of a run.

    Raises:
        UsageError: nothing is there, it is none of the three, or no run with a small model.
        ModelError: the model is damaged or from a newer version.
    """
    existing(path, "run or model")
    if small:
        return _load_folder(small_folder(path))
    if path.is_file():
        if path.suffix.lower() != ".onnx":
            raise UsageError(f"{path} is no model. Name a run folder that train made, or an exported .onnx file.")
        return _load_onnx(path)
    return _load_folder(model_folder(path))


def model_folder(path: Path) -> Path:
    """Return the model folder of a run folder; a model folder is its own."""
    return path / "model" if (path / "plan.json").is_file() else path


def small_folder(path: Path) -> Path:
    """Return the folder of a run's small model.

    Raises:
        UsageError: this is no run folder, or the run has none.
    """
    if not (path / "plan.json").is_file():
        raise UsageError(f"{path} is no run folder, and only a run has a small model beside its best. Name the run.")
    if not (path / "small" / "model.json").is_file():
        raise UsageError(f"The run {path} has no small model: no part was small and quick. Leave --small out.")
    return path / "small"


def samples_of(path: Path, task: Task) -> Dataset | None:
    """Return the texts that the model of a run learned from, where they are still there; other samples are not read."""
    from engine.dataset import Dataset, Split
    from engine.errors import DataError

    if task.modality is not Modality.TEXT or not (path / "plan.json").is_file():
        return None
    media = () if task.columns else ("reference", "content")
    try:
        return Dataset.read(path / "dataset.parquet", ("id", "split", *media)).part(Split.TRAIN)
    except DataError:
        return None


def add_small(parser: ArgumentParser) -> None:
    """Let a command's model be the small single one."""
    parser.add_argument("--small", action="store_true", help="use the run's small single model instead of its best")


def _load_folder(folder: Path) -> Trained:
    from engine.modalities import open_samples
    from engine.model.model import Model

    model = Model.load(folder)
    return Trained(model.task, lambda dataset: model.predict(open_samples(dataset, model.task)))


def _load_onnx(path: Path) -> Trained:
    from exporters.onnx.runtime import OnnxModel

    model = OnnxModel.open(path)
    return Trained(model.task, model.predict_dataset)
