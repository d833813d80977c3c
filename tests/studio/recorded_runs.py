"""Run folders as a worker leaves them, written with the engine's own writers but without any learning."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from PIL import Image

from engine.arrays import FloatArray
from engine.dataset import Dataset, Split
from engine.learners.constant import ConstantMember
from engine.metrics import all_scores, bootstrap
from engine.model.model import Model, WeightedMember
from engine.run.folder import RunFolder, RunOptions
from engine.run.journal import Journal
from engine.run.tables import write_table
from engine.task import Column, ColumnType, Kind, Modality, Task

BOLTS = ("bolt", "nut", "washer")


@dataclass(frozen=True)
class Recipe:
    """What a recorded run is about. ``skill`` is how often the model is right, ``ended`` why it stopped, if it has."""

    modality: Modality = Modality.IMAGE
    kind: Kind = Kind.MULTICLASS
    classes: tuple[str, ...] = BOLTS
    n_train: int = 120
    n_test: int = 84
    skill: float = 0.9
    ended: str | None = "converged"
    points: int = 6
    seed: int = 0
    device: str = "cpu"


def record(path: Path, recipe: Recipe | None = None) -> RunFolder:
    """Write a run folder at ``path`` and return it opened."""
    wanted = recipe or Recipe()
    path.parent.mkdir(parents=True, exist_ok=True)
    task = _task(wanted)
    dataset = _dataset(path.parent, wanted)
    run = RunFolder.create(path, task, dataset, RunOptions(300.0, cache=str(path.parent / "cache")))
    test, train = dataset.part(Split.TEST), dataset.part(Split.TRAIN)
    guesses = {part: _guesses(task, found, wanted) for part, found in (("train", train), ("test", test))}
    share = np.full(task.outputs, 1 / task.outputs if task.kind is Kind.MULTICLASS else 50.0)
    run.model_path.mkdir()
    Model(task, (WeightedMember("constant", 1.0, ConstantMember(share)),)).save(run.model_path)
    write_table(run.model_path / "validation.parquet", task, train, guesses["train"])
    if wanted.ended is not None and len(test):
        write_table(run.model_path / "test.parquet", task, test, guesses["test"])
    _write_events(run, wanted)
    if wanted.ended is not None:
        run.write_result(_result(run, wanted, guesses))
    return run


def _task(recipe: Recipe) -> Task:
    table = recipe.modality is Modality.TABLE
    columns = (Column("age", ColumnType.NUMBER), Column("job", ColumnType.CATEGORY)) if table else ()
    target = "income" if table else None
    classes = () if recipe.kind is Kind.REGRESSION else recipe.classes
    return Task(recipe.modality, recipe.kind, classes, target=target, columns=columns)


def _dataset(folder: Path, recipe: Recipe) -> Dataset:
    random = np.random.default_rng(recipe.seed)
    n = recipe.n_train + recipe.n_test
    frame = pl.DataFrame({"id": [str(number) for number in range(n)]})
    if recipe.kind is Kind.REGRESSION:
        label = pl.Series("label", random.gamma(4.0, 20.0, n))
    elif recipe.kind is Kind.MULTILABEL:
        label = pl.Series("label", [_several(recipe.classes, k) for k in range(n)], dtype=pl.List(pl.String))
    else:
        label = pl.Series("label", [recipe.classes[k % len(recipe.classes)] for k in range(n)])
    frame = frame.with_columns(
        label,
        pl.Series("split", ["train"] * recipe.n_train + ["test"] * recipe.n_test),
        pl.Series("fold", [k % 4 for k in range(recipe.n_train)] + [-2] * recipe.n_test, dtype=pl.Int32),
        pl.Series("group", list(range(n))),
    )
    if recipe.modality is Modality.TABLE:
        jobs = [("cook", "baker", None)[k % 3] for k in range(n)]
        return Dataset(frame.with_columns(pl.Series("x:age", random.uniform(18, 80, n)), pl.Series("x:job", jobs)))
    paths = _texts(folder, recipe) if recipe.modality is Modality.TEXT else _pictures(folder, recipe)
    shown = [recipe.classes[0] if isinstance(name, pl.Series) else name for name in label]
    named = [f"{name}/{number:03d}{paths[name].suffix}" for number, name in enumerate(shown)]
    references = [str(paths[name]) for name in shown]
    return Dataset(
        frame.with_columns(pl.Series("id", named), pl.Series("reference", references), pl.Series("content", named))
    )


def _several(classes: tuple[str, ...], number: int) -> list[str]:
    """Return every combination of the classes in turn, none of them too."""
    return [name for place, name in enumerate(classes) if number >> place & 1]


def _pictures(folder: Path, recipe: Recipe) -> dict[str, Path]:
    """Write one small picture a class."""
    paths = {}
    for number, name in enumerate(recipe.classes):
        paths[name] = folder / f"picture-{number}.png"
        colour = ((number * 83) % 200 + 40, (number * 47) % 200 + 40, (number * 131) % 200 + 40)
        Image.new("RGB", (80, 60), colour).save(paths[name])
    return paths


def _texts(folder: Path, recipe: Recipe) -> dict[str, Path]:
    """Write one text a class."""
    paths = {name: folder / f"text-{number}.txt" for number, name in enumerate(recipe.classes)}
    for name, path in paths.items():
        path.write_text(f"This is about a {name}.\n", encoding="utf-8")
    return paths


def _guesses(task: Task, dataset: Dataset, recipe: Recipe) -> FloatArray:
    random = np.random.default_rng(recipe.seed + 1)
    labels = dataset.labels(task)
    if task.kind is Kind.REGRESSION:
        return (labels + random.normal(0.0, 10.0, len(labels)))[:, None]
    if task.kind is Kind.MULTILABEL:
        sure = 0.5 + random.random(labels.shape) / 2
        return np.where((random.random(labels.shape) < recipe.skill) == (labels > 0), sure, 1 - sure)
    hit = random.random(len(labels)) < recipe.skill
    said = np.where(hit, labels, random.integers(0, task.outputs, len(labels))).astype(np.int64)
    raw = random.random((len(labels), task.outputs)) * 0.4
    raw[np.arange(len(labels)), said] += 0.6 + random.random(len(labels))
    return np.asarray(raw / raw.sum(axis=1, keepdims=True), dtype=np.float64)


def _write_events(run: RunFolder, recipe: Recipe) -> None:
    clock = [0.3]
    journal = Journal(run.events_path, lambda: clock[0], echo=False)
    facts = {"pid": 1, "budget_s": 300.0, "device": recipe.device, "task": run.task.to_json(), "resumed": False}
    journal.write("started", {**facts, "n_train": recipe.n_train, "n_test": recipe.n_test})
    for number in range(recipe.points):
        clock[0] = 0.4 if number == 0 else 3.0 * 2.1 ** (number - 1)
        journal.write("point", _point(recipe, number))
        beat = {"state": "working", "remaining_s": 300.0 - clock[0], "learner": "features", "memory_mb": 812.0}
        journal.write("heartbeat", beat)
    if recipe.ended is not None:
        clock[0] += 20.0
        journal.write("stopped", {"reason": recipe.ended, "result": None})
    journal.close()


def _point(recipe: Recipe, number: int) -> dict[str, Any]:
    gain = 1 - 0.5**number
    score = gain * recipe.skill
    start = 1 / len(recipe.classes)
    accuracy = start + gain * (recipe.skill - start)
    metrics = {"r2": score} if recipe.kind is Kind.REGRESSION else {"nauc": score, "accuracy": accuracy}
    learner = "constant" if number == 0 else f"features-{number}"
    members = [{"name": learner, "weight": 0.7}, {"name": "thumbnail", "weight": 0.3}]
    interval = [score - 0.03, score + 0.03]
    facts = {"score": score, "interval": interval, "learner": learner, "metrics": metrics, "members": members}
    return {**facts, "checked": recipe.n_train}


def _result(run: RunFolder, recipe: Recipe, guesses: dict[str, FloatArray]) -> dict[str, Any]:
    dataset = run.dataset()
    scores = {
        part: _scores(run.task, dataset.part(split), guesses[split.value])
        for part, split in (("validation", Split.TRAIN), ("test", Split.TEST))
    }
    return {
        "format": 1,
        "task": run.task.to_json(),
        "budget_s": 300.0,
        "active_s": 97.2,
        "t_first_s": 3.0,
        "stopped_because": recipe.ended,
        "scores": scores,
        "alc": {"validation": 0.71, "test": None},
        "members": [{"name": "constant", "weight": 1.0}],
        "n_train": recipe.n_train,
        "n_test": recipe.n_test,
        "notes": [],
    }


def _scores(task: Task, rows: Dataset, guesses: FloatArray) -> dict[str, dict[str, float]] | None:
    if not len(rows):
        return None
    found = {}
    for name, value in all_scores(task, rows.labels(task), guesses).items():
        interval = bootstrap(name, rows.labels(task), guesses)
        found[name] = {"value": value, "low": interval.low, "high": interval.high}
    return found


def project_with_run(folder: Path, data: Path, recipe: Recipe | None = None) -> Path:
    """Make a project of ``data`` at ``folder``, with one recorded run in it if there is a recipe."""
    from labeling.importing import read, understand
    from labeling.project import Project

    with Project.create(folder) as project:
        understanding = understand(data)
        project.add(understanding, read(understanding))
        if recipe is not None:
            record(project.new_run_path(), recipe)
    return folder
