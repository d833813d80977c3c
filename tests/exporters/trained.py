"""Small runs on real data: a few learners that are quick, really learned, served together and calibrated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from engine.arrays import FloatArray
from engine.budget import Deadline
from engine.dataset import Dataset, Split
from engine.learners import Job, learner_class
from engine.metrics import bootstrap, score
from engine.modalities import open_samples
from engine.model.folder import read_manifest
from engine.model.model import Model, WeightedMember
from engine.run.folder import RunFolder, RunOptions
from engine.task import Column, ColumnType, Kind, Modality, Task

_FOLDS = 3
_TEMPERATURE = 1.2
_PARTS = ("train", "test")
Labels = Sequence[str] | Sequence[float] | Sequence[list[str]]
Table = tuple[Task, Dataset]


@dataclass(frozen=True)
class Recipe:
    """Where the data comes from and which learners learn from it, the first one served alone as the small model."""

    data: Callable[[Path], Table]
    learners: tuple[tuple[str, dict[str, Any]], ...]


def train(recipe: Recipe, data: Path, folder: Path) -> Path:
    """Return a finished run on the data, with a model, a small model and a score."""
    task, dataset = recipe.data(data)
    run = RunFolder.create(folder, task, dataset, RunOptions(10.0))
    part = dataset.part(Split.TRAIN)
    job = Job(task, open_samples(part, task), part.labels(task), part.folds, threads=1)
    members, unlearned = [], dict[str, FloatArray]()
    for place, (kind, settings) in enumerate(recipe.learners):
        learner = learner_class(kind)(job, settings)
        while not learner.advance(Deadline(60.0)).done:
            pass
        members.append(WeightedMember(f"{kind} {place}", 1.0 / len(recipe.learners), learner.member()))
        unlearned[members[-1].name] = learner.validation()
    temperature = 1.0 if task.kind is Kind.REGRESSION else _TEMPERATURE
    model = Model(task, tuple(members), temperature)
    model.save(run.model_path)
    Model(task, (WeightedMember(members[0].name, 1.0, members[0].member),), temperature).save(run.small_path)
    for folder in (run.model_path, run.small_path):
        _keep(run, folder, unlearned)
    held = dataset.part(Split.TEST)
    labels, answers = held.labels(task), model.predict(open_samples(held, task))
    found = bootstrap(task.metric, labels, answers)
    value = score(task.metric, labels, answers)
    told = {"metric": task.metric, "test": value, "test_interval": [found.low, found.high]}
    run.write_result({"stopped_because": "budget", "score": told})
    return run.path


def _keep(run: RunFolder, folder: Path, unlearned: Mapping[str, FloatArray]) -> None:
    """Put what each member said of samples it had not learned from where a worker leaves it."""
    for record in read_manifest(folder).members:
        place = run.checkpoints_path / record.name
        place.mkdir(parents=True, exist_ok=True)
        np.save(place / f"{record.folder.name}.npy", unlearned[record.name])


def _dataset(labels: Labels, test: int, references: Sequence[Path] = (), table: pl.DataFrame | None = None) -> Dataset:
    """Return the samples with folds, the last ``test`` of them untouched."""
    count = len(labels)
    learned = np.arange(count) < count - test
    shuffled = np.random.default_rng(0).permutation(count)  # the classes take turns: in order, a fold would hold one
    columns: dict[str, Any] = {
        "id": [path.name for path in references] or [str(row) for row in range(count)],
        "label": pl.Series(labels),
        "split": np.where(learned, Split.TRAIN.value, Split.TEST.value),
        "fold": np.where(learned, shuffled % _FOLDS, -2).astype(np.int32),
        "group": np.arange(count),
    }
    if references:
        columns |= {
            "reference": [str(path) for path in references],
            "content": pl.Series([None] * count, dtype=pl.String),
        }
    frame = pl.DataFrame(columns)
    return Dataset(frame if table is None else pl.concat([frame, table], how="horizontal"))


def _folders(root: Path, each: int, tested: int, classes: Sequence[str]) -> tuple[list[str], list[Path]]:
    """Return labels and files of ``each`` samples a class to learn from and ``tested`` to be tested on, mixed."""
    found: list[tuple[str, Path]] = []
    for part, count in (("train", each), ("test", tested)):
        files = {name: sorted((root / part / name).iterdir()) for name in classes}
        steps = {name: max(1, len(own) // count) for name, own in files.items()}
        found += [(name, files[name][place * steps[name]]) for place in range(count) for name in classes]
    return [name for name, _ in found], [path for _, path in found]


def _pictures(data: Path) -> Table:
    parts = [pl.read_csv(data / "ants_bees" / f"{part}.csv").with_columns(part=pl.lit(part)) for part in _PARTS]
    rows = pl.concat([parts[0][::5], parts[1][::7]])
    files = [data / "ants_bees" / part / name for part, name in rows.select("part", "filename").iter_rows()]
    task = Task(Modality.IMAGE, Kind.MULTICLASS, tuple(sorted(rows["label"].unique())))
    return task, _dataset(rows["label"].to_list(), len(parts[1][::7]), files)


def _things(data: Path) -> Table:
    classes = ("airplane", "frog", "truck")
    labels, files = _folders(data / "cifar10_small", 20, 6, classes)
    return Task(Modality.IMAGE, Kind.MULTICLASS, classes), _dataset(labels, 18, files)


def _fruit(data: Path) -> Table:
    root = data / "fruit_multilabel"
    parts = [pl.read_csv(root / f"{part}.csv").with_columns(part=pl.lit(part)) for part in _PARTS]
    rows = pl.concat([parts[0][::4], parts[1][::3]]).with_columns(pl.col("labels").fill_null("").str.split(";"))
    labels = rows["labels"].to_list()
    files = [root / part / name for part, name in rows.select("part", "filename").iter_rows()]
    task = Task(Modality.IMAGE, Kind.MULTILABEL, ("apple", "banana", "orange"))
    return task, _dataset(labels, len(parts[1][::3]), files)


def _digits(data: Path) -> Table:
    classes = ("one", "two", "zero")
    labels, files = _folders(data / "spoken_digits", 10, 6, classes)
    return Task(Modality.AUDIO, Kind.MULTICLASS, classes), _dataset(labels, 18, files)


def _table(path: Path, columns: tuple[Column, ...], target: str, rows: int) -> tuple[pl.DataFrame, pl.Series]:
    frame = pl.read_csv(path, null_values=["", "NA"], infer_schema_length=None).head(rows)
    kinds = {ColumnType.NUMBER: pl.Float64, ColumnType.CATEGORY: pl.String}
    inputs = frame.select(pl.col(c.name).cast(kinds[c.type]).alias(f"x:{c.name}") for c in columns)
    return inputs, frame[target]


def _titanic(data: Path) -> Table:
    columns = tuple(
        Column(name, ColumnType.NUMBER if name in ("Age", "Fare", "Pclass") else ColumnType.CATEGORY)
        for name in ("Pclass", "Sex", "Age", "Fare", "Embarked", "Cabin")
    )
    inputs, target = _table(data / "titanic" / "train.csv", columns, "Survived", 500)
    task = Task(Modality.TABLE, Kind.MULTICLASS, ("0", "1"), target="Survived", columns=columns)
    return task, _dataset(target.cast(pl.String).to_list(), 100, table=inputs)


def _houses(data: Path) -> Table:
    columns = tuple(
        Column(name, ColumnType.CATEGORY if name in ("Neighborhood", "Lot Shape") else ColumnType.NUMBER)
        for name in ("Lot Area", "Neighborhood", "Overall Qual", "Year Built", "Lot Frontage", "Lot Shape")
    )
    inputs, target = _table(data / "ames_housing" / "train.csv", columns, "SalePrice", 500)
    task = Task(Modality.TABLE, Kind.REGRESSION, target="SalePrice", columns=columns)
    return task, _dataset(target.cast(pl.Float64).to_list(), 100, table=inputs)


def _meals(data: Path) -> Table:
    rows = pl.read_csv(data / "waimai_zh" / "train.csv", infer_schema=False).sample(400, seed=0, shuffle=True)
    task = Task(Modality.TEXT, Kind.MULTICLASS, ("0", "1"), columns=(Column("review", ColumnType.TEXT),))
    return task, _dataset(rows["label"].to_list(), 100, table=rows.select(pl.col("review").alias("x:review")))


def _news(data: Path) -> Table:
    rows = pl.read_csv(data / "ag_news_small" / "train.csv").sample(400, seed=0, shuffle=True)
    columns = tuple(Column(name, ColumnType.TEXT) for name in ("title", "description"))
    inputs = rows.select(pl.col(column.name).str.strip_chars().alias(f"x:{column.name}") for column in columns)
    task = Task(Modality.TABLE, Kind.MULTICLASS, tuple(sorted(rows["label"].unique())), columns=columns)
    return task, _dataset(rows["label"].to_list(), 100, table=inputs)


RECIPES: dict[str, Recipe] = {
    "image": Recipe(_pictures, (("image.thumbnail_ridge", {}), ("constant", {}))),
    "multilabel": Recipe(_fruit, (("image.thumbnail_ridge", {}),)),
    "audio": Recipe(_digits, (("audio.head", {}), ("audio.head", {"backbone": "speech_embedding"}))),
    "table": Recipe(_titanic, (("table.linear", {}), ("table.extra_trees", {"trees": 12}))),
    "text": Recipe(
        _meals,
        (
            ("text.ngrams", {"words": 2, "pieces": [3, 5], "penalties": [0.1]}),
            ("text.scratch", {"epochs": 1, "folds": 2}),
        ),
    ),
    "sentences": Recipe(_news, (("table.lightgbm", {"stages": [{"rounds": 30}]}),)),
    "ensemble": Recipe(
        _things,
        (
            ("image.thumbnail_ridge", {}),
            ("image.scratch", {"backbone": "residual-8-1-2-3-relu-plain", "epochs": 4, "batch": 32}),
        ),
    ),
    "regression": Recipe(_houses, (("table.linear", {}), ("table.lightgbm", {"stages": [{"rounds": 30}]}))),
}
