"""One training of the ablation, by the engine's own steps, on pictures that were decoded once."""

from __future__ import annotations

import copy
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from typing_extensions import override

from engine.arrays import Float32Array, FloatArray, IntArray
from engine.backbones import load_source_head
from engine.finetune.base import View
from engine.finetune.stream import Stream
from engine.finetune.targets import Targets
from engine.finetune.tuning import Recipe, Tuning
from engine.finetune.warm import warm
from engine.heads.answer import Answer
from engine.learners.base import Job
from engine.modalities.image.augment import augment
from engine.modalities.image.learners.finetune import ImageNet
from engine.modalities.image.resize import MIDDLE, SPREAD, resize
from engine.modalities.image.samples import ImageSamples
from engine.task import Kind, Modality, Task
from engine.transfer.base import Start
from engine.transfer.joint import Joint
from tests.benchmarks.ablation_cells import ALL, EVERY, HEAD, Cell, Effort
from tests.benchmarks.cases import CASES
from tests.benchmarks.parts import read_part

BACKBONE = "efficientnet_lite0"
_MARGIN = 1.25
_HELD_OUT = 5  # one of so many samples of each class
_PIECE = 100


class DecodedNet(ImageNet):
    """The engine's network for pictures, with all pictures kept on the device: as they are, and larger to crop from."""

    def __init__(self, job: Job, resolution: int, frozen: int) -> None:
        super().__init__(job, BACKBONE, resolution, frozen)
        source = load_source_head(BACKBONE)
        assert source is not None
        self.source = source.to(job.device)
        larger, exact = round(_MARGIN * resolution), resolution
        shapes = [(len(self.samples), 3, side, side) for side in (larger, exact)]
        kept = [np.empty(shape, dtype=np.uint8) for shape in shapes]
        for row in range(len(self.samples)):
            picture = self.samples.picture(row)
            for squares in kept:
                squares[row] = np.rint(resize(picture, squares.shape[-1]))
        self._larger, self._exact = (torch.from_numpy(squares).to(job.device) for squares in kept)

    @override
    def inputs(self, rows: IntArray, view: View) -> tuple[Tensor, ...]:
        if view.train:
            pictures = self._larger[torch.from_numpy(rows).to(self.device)]
            levels = augment(pictures, self.resolution, view.random, self.ways)
        else:
            levels = self._exact[torch.from_numpy(rows).to(self.device)].float()
        return (((levels - float(MIDDLE)) / float(SPREAD)).contiguous(memory_format=torch.channels_last),)

    @override
    def served(self, rows: IntArray) -> Tensor:
        """Return the features of the pictures as they are, without those of their mirror images, to save time."""
        features: Tensor = self.body(*self.inputs(rows, View()))
        return features


class Subject:
    """The train part of a dataset, and a network that is as pretrained before every training."""

    def __init__(self, case: str, data: Path, device: str, effort: Effort) -> None:
        part = read_part(next(known for known in CASES if known.name == case), data, "train")
        classes = tuple(sorted(set(part.labels)))
        self.labels = np.array([classes.index(label) for label in part.labels])
        task = Task(Modality.IMAGE, Kind.MULTICLASS, classes)
        samples, folds = ImageSamples.from_paths(part.files), np.full(len(part.labels), -1)
        self.job = Job(task, samples, self.labels.astype(np.float64), folds, device, torch.get_num_threads())
        self.effort = effort
        self.targets = Targets(self.job)
        self.net = DecodedNet(self.job, effort.resolution, effort.frozen)
        self.net.move(device)
        self._pretrained = {name: value.clone() for name, value in self.net.body.state_dict().items()}
        self._features = self._see()
        self._warmed: dict[tuple[int, int], nn.Linear] = {}

    def train(self, cell: Cell) -> dict[str, float]:
        """Train one cell and return its figures, measured on the samples held out."""
        learned, held_out = draw(self.labels, cell.per_class, cell.seed)
        self.net.body.load_state_dict(self._pretrained)
        tuning = self._tuning(cell, learned)
        self._wait()
        began, processor = time.monotonic(), time.process_time()
        while cell.method != HEAD and not tuning.finished:
            tuning.step(self.effort.batch, tuning.stream.length - tuning.taken)
        self._wait()
        spent = {"seconds": time.monotonic() - began, "processor_s": time.process_time() - processor}
        pieces = range(0, len(held_out), _PIECE)
        outputs = np.concatenate([tuning.outputs(held_out[first : first + _PIECE]) for first in pieces])
        counts = {"samples": len(learned), "held_out": len(held_out), "steps": tuning.steps}
        return {**scores(outputs, held_out, self.targets), **counts, **spent}

    def _tuning(self, cell: Cell, learned: IntArray) -> Tuning:
        seen = self._features[learned]

        def looked_at() -> tuple[Tensor, Tensor]:
            return torch.from_numpy(seen).to(self.net.device), self.targets.tensor(learned, self.net.device)

        key = (cell.per_class, cell.seed)
        if key not in self._warmed:
            head = nn.Linear(self.net.length, self.job.task.outputs)
            warm(head, seen, self.targets, learned)
            self._warmed = {key: head}
        head = copy.deepcopy(self._warmed[key]).to(self.net.device)
        start = Start(self.net.body, head, self.job.task, looked_at, self.net.source, self.net.stages, cell.seed)
        passes = max(self.effort.passes, self.effort.pictures / len(learned))
        stream = Stream(learned, passes, (cell.seed,))
        way = EVERY[cell.method]
        recipe = Recipe(rate=way.rate * Recipe.rate, head=way.head)
        return Tuning(self.net, Joint(start, way.transfer), self.targets, stream, recipe, (cell.seed,))

    def _see(self) -> Float32Array:
        """Return what the pretrained network sees in each picture [n, d]."""
        rows = np.arange(len(self.labels))
        with torch.inference_mode(), self.net.precision():
            pieces = [
                self.net.body(*self.net.inputs(rows[first : first + _PIECE], View())).float().cpu().numpy()
                for first in range(0, len(rows), _PIECE)
            ]
        features: Float32Array = np.concatenate(pieces)
        return features

    def _wait(self) -> None:
        if torch.device(self.net.device).type == "cuda":
            torch.cuda.synchronize()


def draw(labels: IntArray, per_class: int, seed: int) -> tuple[IntArray, IntArray]:
    """Return the samples to learn from and those held out, a fifth of each class.

    With the same seed the held-out samples are the same, and the fewer samples are among the more.
    """
    random = np.random.default_rng(seed)
    learned, held_out = list[IntArray](), list[IntArray]()
    for label in np.unique(labels):
        rows = random.permutation(np.flatnonzero(labels == label))
        kept = max(1, len(rows) // _HELD_OUT)
        held_out.append(rows[:kept])
        learned.append(rows[kept:] if per_class == ALL else rows[kept : kept + per_class])
    return np.sort(np.concatenate(learned)), np.sort(np.concatenate(held_out))


def scores(outputs: FloatArray, rows: IntArray, targets: Targets) -> Mapping[str, float]:
    """Return accuracy and log-loss of a network's outputs [len(rows), K], sharpened as the engine does it."""
    told = Answer.of(Kind.MULTICLASS).apply(outputs * targets.sharpness(outputs, rows))
    wanted = targets.values[rows].argmax(axis=1)
    sure = np.clip(told[np.arange(len(rows)), wanted], 1e-12, 1.0)
    return {"accuracy": float((told.argmax(axis=1) == wanted).mean()), "log_loss": float(-np.log(sure).mean())}
