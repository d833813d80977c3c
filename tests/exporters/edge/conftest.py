"""A run on small pictures, really learned, with a tuned network beside a head on thumbnails."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from PIL import Image

from engine.budget import Deadline
from engine.dataset import Dataset, Split
from engine.learners.base import Job
from engine.modalities import open_samples
from engine.modalities.image.learners.scratch import Scratch
from engine.model.member import Member
from engine.model.model import Model, WeightedMember
from engine.run.folder import RunFolder, RunOptions
from engine.run.tables import write_table
from engine.task import Kind, Modality, Task
from exporters.edge.compress import Compressor, calibration_samples
from exporters.edge.figures import compare
from exporters.edge.ladder import Ladder, Taken
from exporters.edge.options import Device, EdgeOptions
from exporters.edge.report import Comparison
from exporters.source import Source, open_source
from tests.exporters.models import constant

COLOURS = Task(Modality.IMAGE, Kind.MULTICLASS, ("blue", "green", "red"))
NETWORK = {"backbone": "residual-8-1-2-3-relu-plain", "epochs": 12, "batch": 16}

_EACH, _SIDE = 48, 24
_TUNED, _MEAN = "Tuned", "Mean"


def draw(folder: Path) -> Dataset:
    """Noise in three colours: a third is the test part, the rest has three folds."""
    rng = np.random.default_rng(5)
    rows: list[tuple[str, str, None, str, str, int, int]] = []
    for place, label in enumerate(reversed(COLOURS.classes)):  # red is the first channel
        for number in range(_EACH):
            levels = rng.integers(0, 200, (_SIDE, _SIDE + 8, 3))
            levels[..., place] += 55
            path = folder / label / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(levels.astype(np.uint8)).save(path)
            test = number % 3 == 0
            fold = -2 if test else number % 3 + number % 2
            part = Split.TEST if test else Split.TRAIN
            rows.append((f"{label}/{number}", str(path), None, label, part.value, fold, len(rows)))
    names = ["id", "reference", "content", "label", "split", "fold", "group"]
    types = [pl.String, pl.String, pl.String, pl.String, pl.String, pl.Int32, pl.Int64]
    return Dataset(pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row"))


@pytest.fixture(scope="session")
def colours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run, to be read only."""
    folder = tmp_path_factory.mktemp("edge")
    data = draw(folder / "pictures")
    run = RunFolder.create(folder / "run", COLOURS, data, RunOptions(10.0))
    train = data.part(Split.TRAIN)
    job = Job(COLOURS, open_samples(train, COLOURS), train.labels(COLOURS), train.folds, threads=1)
    learner = Scratch(job, NETWORK)
    while not learner.advance(Deadline(60.0)).done:
        pass
    members: list[tuple[str, Member, float]] = [(_TUNED, learner.member(), 0.75), (_MEAN, constant(COLOURS), 0.25)]
    Model(COLOURS, tuple(WeightedMember(name, weight, member) for name, member, weight in members)).save(run.model_path)
    said = 0.75 * learner.validation() + 0.25 * constant(COLOURS).answer
    _keep(run, learner.validation(), np.tile(constant(COLOURS).answer, (len(train), 1)))
    write_table(run.model_path / "validation.parquet", COLOURS, train, said)
    return run.path


def _keep(run: RunFolder, *answers: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> None:
    """Put what each member said unlearned where a worker leaves it."""
    folders = sorted((run.model_path / "members").iterdir())
    for name, folder, said in zip((_TUNED, _MEAN), folders, answers, strict=True):
        place = run.checkpoints_path / name
        place.mkdir(parents=True)
        np.save(place / f"{folder.name}.npy", said)


@pytest.fixture(scope="session")
def source(colours: Path) -> Source:
    """The run, opened."""
    return open_source(colours)


@pytest.fixture(scope="session")
def compressor(source: Source) -> Compressor:
    """The run's model, to be written in several ways."""
    return Compressor(source, calibration_samples(source))


@pytest.fixture(scope="session")
def taken(source: Source) -> Taken:
    """What the ladder takes of the run for devices with ARM processors."""
    return Ladder(source, EdgeOptions(Device.BOARD, seconds=0.0), lambda share, text: None).climb()


@pytest.fixture(scope="session")
def comparison(source: Source, taken: Taken) -> Comparison:
    """Both sides of what was taken."""
    return compare(source, EdgeOptions(Device.BOARD, seconds=0.0), taken)


@pytest.fixture
def copied(colours: Path, tmp_path: Path) -> Path:
    """The run, to be changed."""
    shutil.copytree(colours, tmp_path / "run")
    return tmp_path / "run"
