"""Steps of the table networks' training: all folds learn at once, each from its own rows.

All that is random in a step follows from the seed and the number of the step, so that a restart changes nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from engine.arrays import Float32Array, FloatArray, IntArray
from engine.finetune.adamw import AdamW
from engine.modalities.table import network
from engine.modalities.table.network import Inputs
from engine.modalities.table.scaling import Scaling
from engine.modalities.table.target import Link
from engine.modalities.table.training import TrainingRows

RISE = 0.05
_MOMENTS = ("exp_avg", "exp_avg_sq", "step")
_LONGEST_GRADIENT = 1.0
_FEWEST_CHECKED, _MOST_CHECKED = 32, 2048  # rows of each fold at once
_MOST_INPUTS = 64_000_000  # numbers that enter the networks for them
_FEWEST_STEPS_A_TURN = 8
_SHRINKING = ("weight", "head", "sign")


@dataclass(frozen=True)
class Recipe:
    """How to learn: ``rate`` at its height, ``shrink`` (weight decay), ``dropout`` after hidden layers, ``batch``."""

    rate: float = 0.02
    shrink: float = 0.01
    dropout: float = 0.1
    batch: int = 256


def pace(progress: float) -> float:
    """Return the factor on the learning rate: rising at first, then falling along a cosine.

    >>> [round(pace(progress), 2) for progress in (0.0, 0.05, 0.525, 1.0)]
    [0.02, 1.0, 0.5, 0.0]
    """
    if progress < RISE:
        return max(0.02, progress / RISE)
    return 0.5 + 0.5 * math.cos(math.pi * (progress - RISE) / (1.0 - RISE))


@dataclass(frozen=True, eq=False)
class Lesson:
    """What is learned, on the device: inputs [1, n, …] and targets [n] or [n, classes], and who learns from which."""

    rows: TrainingRows
    link: Link
    inputs: Inputs
    targets: Tensor
    learned: tuple[IntArray, ...]
    checked: tuple[IntArray, ...]

    @classmethod
    def of(cls, rows: TrainingRows, scaling: Scaling, link: Link, device: str) -> Lesson:
        """Put the rows on ``device`` as the networks see them."""
        codes = rows.numbers[:, rows.encoder.categories].astype(np.int64)
        numbers, gaps = (part(rows.numbers).astype(np.float32) for part in (scaling.scaled, scaling.missing))
        inputs = Inputs(*(torch.from_numpy(array)[None] for array in (numbers, gaps, codes))).to(device)
        targets = torch.from_numpy(link.raw_targets(rows.labels).astype(np.float32)).to(device)
        learned = tuple(rows.learned_from(fold) for fold in rows.checked)
        return cls(rows, link, inputs, targets, learned, tuple(rows.checked_on(fold) for fold in rows.checked))

    @property
    def device(self) -> torch.device:
        """Where it lies."""
        return self.targets.device

    @property
    def smallest(self) -> int:
        """From how many rows the fold with the fewest learns."""
        return min(len(rows) for rows in self.learned)

    def loss(self, raw: Tensor, rows: Tensor) -> Tensor:
        """Return the sum over folds of the mean loss of raw outputs [F, n, members, outputs] for rows [F, n]."""
        targets = self.targets[rows]
        shape = raw.shape[:3]
        if self.link.name == "softmax":
            classes = targets.long()[..., None].expand(shape).reshape(-1)
            each = functional.cross_entropy(raw.reshape(-1, raw.shape[3]), classes, reduction="none").view(shape)
        elif self.link.is_classifier:
            wanted = (targets[:, :, None] if self.link.many else targets[:, :, None, None]).expand(raw.shape)
            each = functional.binary_cross_entropy_with_logits(raw, wanted, reduction="none").mean(dim=3)
        else:
            each = (raw[..., 0] - targets[:, :, None]) ** 2
        return each.mean(dim=(1, 2)).sum()


class Descent:
    """The networks' weights and the optimiser's memory, stepped and kept."""

    def __init__(self, lesson: Lesson, shape: network.Shape, recipe: Recipe, seed: int, frugality: int = 0) -> None:
        self.lesson, self.shape, self.recipe, self.seed = lesson, shape, recipe, seed
        self.frugality = frugality
        self.steps, self.progress = 0, 0.0
        made = network.fresh(shape, seed)
        self.weights = {name: weight.to(lesson.device).requires_grad_() for name, weight in made.items()}
        shrinking = [weight for name, weight in self.weights.items() if name.startswith(_SHRINKING)]
        others = [weight for name, weight in self.weights.items() if not name.startswith(_SHRINKING)]
        groups = [{"params": shrinking, "weight_decay": recipe.shrink}, {"params": others, "weight_decay": 0.0}]
        self._optimiser = AdamW([{**group, "lr": recipe.rate} for group in groups], betas=(0.9, 0.95))
        self._turn, self._order = -1, torch.empty(0)

    @property
    def batch(self) -> int:
        """How many rows of each fold a step takes: fewer where there are few, so that a turn has several steps."""
        return max(1, min(self.recipe.batch, self.lesson.smallest // _FEWEST_STEPS_A_TURN))

    @property
    def steps_a_turn(self) -> int:
        """How many steps see each row about once."""
        return max(1, self.lesson.smallest // self.batch)

    @property
    def cells(self) -> int:
        """How many numbers a hidden layer makes in a step."""
        return self.shape.folds * self.batch * self.shape.members * self.shape.hidden

    @property
    def checked_at_once(self) -> int:
        """How many rows of each fold are checked in a piece: fewer where there are many columns or memory ran short."""
        shape = self.shape
        rows = min(_MOST_CHECKED, _MOST_INPUTS // (shape.folds * shape.members * max(1, shape.width)))
        return max(_FEWEST_CHECKED, rows >> self.frugality)

    def step(self, steps_left: int) -> None:
        """Learn from the next rows, with ``steps_left`` steps to come including this one."""
        rows = self._rows()
        source = torch.Generator(self.lesson.device).manual_seed(self.seed * 1_000_003 + self.steps)
        for group in self._optimiser.param_groups:
            group["lr"] = self.recipe.rate * pace(self.progress)
        raw = network.outputs(self.weights, self.lesson.inputs.at(rows), self._keep(rows.shape[1], source))
        self._optimiser.forget_gradients()
        self.lesson.loss(raw, rows).backward()  # type: ignore[no-untyped-call]
        self._shorten()
        self._optimiser.step()
        self.steps += 1
        self.progress = 1.0 if steps_left <= 1 else self.progress + (1.0 - self.progress) / steps_left

    def _rows(self) -> Tensor:
        """Return the rows of this step [F, batch]: all of a fold's in random order, then in another."""
        turn, place = divmod(self.steps, self.steps_a_turn)
        if turn != self._turn:
            orders = [
                np.random.default_rng((self.seed, fold, turn)).permutation(rows)[: self.steps_a_turn * self.batch]
                for fold, rows in enumerate(self.lesson.learned)
            ]
            self._turn, self._order = turn, torch.from_numpy(np.stack(orders)).to(self.lesson.device)
        return self._order[:, place * self.batch : (place + 1) * self.batch]

    def _keep(self, rows: int, source: torch.Generator) -> list[Tensor] | None:
        """Return what each hidden layer lets through; the folds, which know nothing of each other, share the draw."""
        share = 1.0 - self.recipe.dropout
        if share >= 1.0:
            return None
        size = (1, rows * self.shape.members, self.shape.hidden)
        return [
            (torch.rand(size, generator=source, device=self.lesson.device) < share).float() / share
            for _ in range(self.shape.layers)
        ]

    @torch.no_grad()
    def _shorten(self) -> None:
        """Scale down gradients that are too long, each fold's for itself."""
        slopes = [weight.grad for weight in self.weights.values() if weight.grad is not None]
        squares = torch.stack([slope.flatten(1).square().sum(dim=1) for slope in slopes]).sum(dim=0)
        factor = (_LONGEST_GRADIENT / (squares.sqrt() + 1e-9)).clamp(max=1.0)
        for slope in slopes:
            slope.mul_(factor.view(-1, *[1] * (slope.ndim - 1)))

    @torch.no_grad()
    def answers(self, start: int) -> tuple[FloatArray, int]:
        """Return what each fold says of a piece of its checked rows from ``start`` on [F, n, outputs], and its end.

        Folds with fewer rows than others answer some of theirs again.
        """
        longest = max(len(rows) for rows in self.lesson.checked)
        end = min(longest, start + self.checked_at_once)
        rows = np.stack([np.resize(rows, longest)[start:end] for rows in self.lesson.checked])
        raw = network.outputs(self.weights, self.lesson.inputs.at(torch.from_numpy(rows).to(self.lesson.device)))
        said: FloatArray = raw.cpu().double().numpy()
        return said, end

    def snapshot(self) -> dict[str, Float32Array]:
        """Return the weights as they are now."""
        return {name: weight.detach().cpu().numpy().copy() for name, weight in self.weights.items()}

    def saved(self) -> dict[str, Tensor]:
        """Return the tensors that :meth:`restore` needs beside ``steps`` and ``progress``."""
        tensors = {f"weight:{name}": weight.detach() for name, weight in self.weights.items()}
        for name, weight in self.weights.items():
            memory = self._optimiser.state.get(weight, {})
            tensors |= {f"{moment}:{name}": memory[moment] for moment in _MOMENTS if moment in memory}
        return {name: tensor.cpu().contiguous() for name, tensor in tensors.items()}

    def restore(self, tensors: dict[str, Tensor], steps: int, progress: float) -> None:
        """Go on from :meth:`saved`."""
        self.steps, self.progress, self._turn = steps, progress, -1
        with torch.no_grad():
            for name, weight in self.weights.items():
                weight.copy_(tensors[f"weight:{name}"])
        for name, weight in self.weights.items():
            memory = {moment: tensors.get(f"{moment}:{name}") for moment in _MOMENTS}
            known = {moment: value.to(weight.device) for moment, value in memory.items() if value is not None}
            if known:
                self._optimiser.state[weight] = known
