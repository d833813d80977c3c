"""A network of a few weights over rows of numbers, and a learner that tunes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Self, cast

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from typing_extensions import override

from engine.arrays import Float32Array, FloatArray, IntArray
from engine.finetune.base import Net, Part, View
from engine.finetune.learner import FineTune
from engine.heads.answer import Answer
from engine.learners.base import Job
from engine.model.member import Member
from engine.samples import Samples
from engine.task import Kind, Modality, Task

_WEIGHT, _BIAS = "head.weight", "head.bias"


class Rows:
    """Samples that are rows of numbers."""

    def __init__(self, values: Float32Array) -> None:
        self.values = values

    def __len__(self) -> int:
        return len(self.values)

    def take(self, rows: IntArray) -> Self:
        """Return those rows."""
        return type(self)(self.values[rows])


def body() -> nn.Sequential:
    """Return the same network each time, with dropout."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Dropout(0.1), nn.Linear(16, 8), nn.Tanh())


class RowsMember(Member):
    """The mean of tuned networks, which see whole numbers only where they are ``coarse``."""

    kind: ClassVar[str] = "rows"

    def __init__(self, parts: Sequence[Part], kind: Kind, coarse: bool = False) -> None:
        self.parts, self.task_kind, self.coarse = tuple(parts), kind, coarse

    @override
    def predict(self, samples: Samples) -> FloatArray:
        values = cast(Rows, samples).values
        inputs = torch.from_numpy(values.round() if self.coarse else values)
        found = []
        for part in self.parts:
            network = body().eval()
            network.load_state_dict(dict(part.body))
            with torch.no_grad():
                outputs = network(inputs) @ part.weight.T + part.bias
            found.append(Answer.of(self.task_kind).apply(outputs.double().numpy()))
        mean: FloatArray = np.mean(found, axis=0)
        return mean

    @override
    def save(self, folder: Path) -> Mapping[str, Any]:
        for number, part in enumerate(self.parts):
            save_file({**part.body, _WEIGHT: part.weight, _BIAS: part.bias}, folder / f"{number}.safetensors")
        return {"parts": len(self.parts), "coarse": self.coarse}

    @classmethod
    @override
    def load(cls, folder: Path, settings: Mapping[str, Any], task: Task, device: str = "cpu") -> Self:
        parts = []
        for number in range(settings["parts"]):
            arrays = load_file(folder / f"{number}.safetensors")
            weight, bias = arrays.pop(_WEIGHT), arrays.pop(_BIAS)
            parts.append(Part(arrays, weight, bias))
        return cls(parts, task.kind, settings["coarse"])


class RowsNet(Net):
    """Adds a little noise in training. ``most`` rows fit into its memory, ``coarse_most`` when they are rounded."""

    def __init__(self, job: Job, most: int = 10_000, coarse_most: int = 10_000) -> None:
        self.job, self.most, self.coarse_most = job, most, coarse_most
        self.body, self.length, self.stages = body(), 8, ("1", "4")
        with torch.random.fork_rng():
            torch.manual_seed(1)
            self.source = nn.Linear(8, 5)
        self.coarse = False
        self.asked: list[int] = []

    @override
    def layers(self) -> list[list[nn.Parameter]]:
        first, last = self.body.get_submodule("0"), self.body.get_submodule("3")
        return [list(first.parameters()), list(last.parameters())]

    @override
    def inputs(self, rows: IntArray, view: View) -> tuple[Tensor, ...]:
        self.asked.append(len(rows))
        if len(rows) > (self.coarse_most if self.coarse else self.most):
            raise torch.OutOfMemoryError("too many")
        values = cast(Rows, self.job.samples).values[rows]
        values = values.round() if self.coarse else values
        if view.train:
            values = values + view.random.normal(0, 0.05, values.shape).astype(np.float32)
        return (torch.from_numpy(values),)

    @override
    def lighter(self) -> bool:
        changed = not self.coarse
        self.coarse = True
        return changed

    @override
    def sight(self) -> bool:
        return self.coarse

    @override
    def to_member(self, parts: Sequence[Part]) -> Member:
        return RowsMember(parts, self.job.task.kind, parts[0].sight)


class RowsFineTune(FineTune):
    """Tunes the network of rows, of which ``most`` fit into memory."""

    kind: ClassVar[str] = "rows"
    most, coarse_most = 10_000, 10_000

    @override
    def net(self) -> RowsNet:
        self.made = RowsNet(self.job, self.most, self.coarse_most)
        return self.made


def job(kind: Kind = Kind.MULTICLASS, size: int = 120, frugality: int = 0) -> Job:
    """Return a job of which number is greatest, which are above zero, or what three of them add up to."""
    values = np.random.default_rng(0).normal(size=(size, 4)).astype(np.float32)
    classes = () if kind is Kind.REGRESSION else ("a", "b", "c")
    labels = {
        Kind.MULTICLASS: values[:, :3].argmax(axis=1).astype(np.float64),
        Kind.MULTILABEL: (values[:, :3] > 0).astype(np.float64),
        Kind.REGRESSION: 100.0 + 10.0 * values[:, :3].sum(axis=1, dtype=np.float64),
    }[kind]
    folds = np.arange(size, dtype=np.int64) % 6 - 1
    return Job(Task(Modality.TABLE, kind, classes), Rows(values), labels, folds, threads=1, frugality=frugality)
