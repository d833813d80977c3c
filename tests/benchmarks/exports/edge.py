"""Models of real pictures made small: size, speed and accuracy in 8 bits against float32, in one process.

First what a person does: a run of a minute on ``trashnet`` by the command line, then ``export --to edge``, with a short
teaching; what is handed over is compared with what the run serves. Then the bare comparison of 8 bits with float32:
EfficientNet-Lite0, tuned as a run of some minutes does. The test part, which nothing was chosen by, is looked at once,
in the end. Times are taken in turns in one process: on one thread a call, which is what the server's own search comes
to on few cores, and on all cores for one call, where waking the threads for each of many small steps costs both alike.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from engine.budget import Deadline
from engine.dataset import Dataset, Split
from engine.device import threads
from engine.learners.base import Job
from engine.metrics import score
from engine.modalities import open_samples
from engine.modalities.image.learners.finetune import ImageFineTune
from engine.modalities.image.members.network import NetworkMember
from engine.model.model import Model, WeightedMember
from engine.run.folder import RunFolder, RunOptions
from engine.samples import Samples
from engine.split import assign_folds
from engine.task import Kind, Modality, Task
from exporters.api import export
from exporters.edge.candidates import alone
from exporters.edge.compress import Artefact, Compressor, calibration_samples
from exporters.edge.ladder import caller, one_sample
from exporters.edge.report import EdgeReport
from exporters.edge.scheme import Scheme, Way
from exporters.edge.timing import paired
from exporters.source import Source, open_source
from exporters.standalone.session import load_runtime, quiet_session
from tests.benchmarks.exports.figures import Figure

_SECONDS = 600.0
_SETTINGS = {
    "backbone": "efficientnet_lite0",
    "resolution": 224,
    "frozen": 4,
    "batch": 16,
    "epochs": 2,
    "rate": 3e-4,
    "decay": 0.92,
}
_NAME, _SET = "Tuned", "trashnet"
_BUDGET, _TEACH = "60s", "60"
_SIZE, _SPEED, _POINTS, _PARITY, _EXPORT_S = 0.3, ">= 1.5", 1.0, 1e-4, 120.0
_ROOT = Path(__file__).resolve().parents[3]


def measure() -> list[Figure]:
    """Tune, compress, and return the figures; nothing where the pictures are absent."""
    data = Path(os.environ.get("AUTODIDACT_DATA", _ROOT.parent / "shared" / "data")) / _SET
    if not data.is_dir():
        return []
    with tempfile.TemporaryDirectory(prefix="bench-edge-") as scratch:
        typed = _typed(data, Path(scratch))
        run = _run(data, Path(scratch) / "run")
        eight = _eight_bits(open_source(run))
        report = export(run, "edge", Path(scratch) / "out", target="computer", teach=0.0)
    assert isinstance(report, EdgeReport) and report.comparison is not None
    print(report.sentence(), *report.comparison.ladder, sep="\n", flush=True)
    lost = 0.0 if report.comparison.loss is None else 100.0 * report.comparison.loss.value
    (taken,) = (rung for rung in report.comparison.ladder if rung.taken)
    held_out = 0.0 if taken.loss is None else 100.0 * taken.loss.value
    return [
        *typed,
        *eight,
        (f"{_SET}: what the ladder took, points lost on samples held out", _POINTS, held_out),
        (f"{_SET}: the same on the test part, by which nothing is chosen", None, lost),
        (f"{_SET}: difference of the float32 file from the model", _PARITY, float(report.parity["difference"])),
        (f"{_SET}: seconds to export", _EXPORT_S, report.seconds),
    ]


def _typed(data: Path, scratch: Path) -> list[Figure]:
    """Do what a person would type, and compare what comes of it with what the run serves."""
    run, out = scratch / "typed", scratch / "device"
    train = ["train", str(data), "--budget", _BUDGET, "--out", str(run)]
    device = ["export", str(run), "--to", "edge", "--target", "board", "--teach", _TEACH, "--out", str(out)]
    for arguments in (train, device):
        subprocess.run([sys.executable, "-m", "studio", *arguments], check=True, cwd=_ROOT)
    said = json.loads((out / "manifest.json").read_text(encoding="utf-8"))["edge"]
    for rung in said["ladder"]:
        print(rung["name"], rung["way"], rung["verdict"], rung["bytes"], rung["milliseconds"], rung["loss"], flush=True)
    before, after = said["rows"][0], said["rows"][-1]
    return [
        (
            f"{_SET}: a run of {_BUDGET} for a board, size as a share of what is served",
            None,
            after["bytes"] / before["bytes"],
        ),
        (f"{_SET}: the same, times as fast", None, before["milliseconds"] / after["milliseconds"]),
        (f"{_SET}: the same, points of accuracy lost on the test part", _POINTS, 100.0 * said["loss"]["value"]),
    ]


def _eight_bits(source: Source) -> list[Figure]:
    """Compare the network in 8 bits with the same one in float32, whatever the ladder takes."""
    member = source.model.members[0].member
    assert isinstance(member, NetworkMember) and source.dataset is not None
    one = replace(source, model=alone(source.model.task, _NAME, member), result=None)
    compressor, task = Compressor(one, calibration_samples(source)), source.model.task
    plain, small = (compressor.artefact(Scheme(way)) for way in (Way.FLOAT, Way.STATIC))
    test = source.dataset.part(Split.TEST)
    samples, labels = open_samples(test, task), test.labels(task)
    sample = one_sample(source)
    alone_ms = paired([_on_one_thread(side, sample) for side in (plain, small)], rounds=100)
    took = paired([caller(side.opened, sample) for side in (plain, small)], rounds=100)
    right = [100.0 * score("accuracy", labels, side.opened.predict(samples)) for side in (plain, small)]
    return [
        (f"{_SET}: 8 bits, size as a share of float32", _SIZE, len(small.content) / len(plain.content)),
        (f"{_SET}: 8 bits, times as fast as float32, one thread a call", _SPEED, alone_ms[0] / alone_ms[1]),
        (f"{_SET}: 8 bits, times as fast as float32, all cores on one call", None, took[0] / took[1]),
        (f"{_SET}: 8 bits, points of accuracy lost on the test part", _POINTS, right[0] - right[1]),
        (f"{_SET}: right answers in 8 bits, of 100", None, right[1]),
        (f"{_SET}: milliseconds in 8 bits, one thread", None, alone_ms[1]),
    ]


def _on_one_thread(artefact: Artefact, sample: Samples) -> Callable[[], object]:
    runtime, _ = load_runtime()
    session = quiet_session(runtime, artefact.content, threads=1)
    feeds = next(artefact.opened.form.calls(sample)).feeds
    return lambda: session.run(None, feeds)


def _run(data: Path, folder: Path) -> Path:
    """Tune the network on the train part and leave what a worker would."""
    dataset, task = _read(data)
    train = dataset.part(Split.TRAIN)
    job = Job(task, open_samples(train, task), train.labels(task), train.folds, threads=threads())
    learner = ImageFineTune(job, _SETTINGS)
    while not learner.advance(Deadline(_SECONDS)).done:  # with no budget, so that a busy machine learns as much
        continue
    run = RunFolder.create(folder, task, dataset, RunOptions(_SECONDS))
    Model(task, (WeightedMember(_NAME, 1.0, learner.member()),)).save(run.model_path)
    kept = run.checkpoints_path / _NAME
    kept.mkdir(parents=True)
    (member,) = (run.model_path / "members").iterdir()
    np.save(kept / f"{member.name}.npy", learner.validation())
    return run.path


def _read(data: Path) -> tuple[Dataset, Task]:
    paths = sorted(path for part in Split for path in (data / part.value).rglob("*.jpg"))
    labels = [path.parent.name for path in paths]
    is_train = np.array([path.parts[-3] == Split.TRAIN.value for path in paths])
    folds = np.full(len(paths), -2)
    own = [label for label, mine in zip(labels, is_train, strict=True) if mine]
    folds[is_train] = assign_folds(own, np.arange(len(own)), seed=0)
    frame = pl.DataFrame(
        {
            "id": [str(path.relative_to(data)) for path in paths],
            "reference": [str(path) for path in paths],
            "content": pl.Series([None] * len(paths), dtype=pl.String),
            "label": labels,
            "split": np.where(is_train, Split.TRAIN.value, Split.TEST.value).tolist(),
            "fold": folds.astype(np.int32),
            "group": np.arange(len(paths)),
        }
    )
    return Dataset(frame), Task(Modality.IMAGE, Kind.MULTICLASS, tuple(sorted(set(labels))))
