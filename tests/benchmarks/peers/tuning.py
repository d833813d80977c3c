"""What the fine-tunes share: pictures, steps, and a plan that ends within the budget.

The resolution is the largest at which measured steps let three passes end in time; then, measured anew, as many passes
as fit, ten at most.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import torch
from torch import nn

from tests.benchmarks.peers import common
from tests.benchmarks.peers.pictures import pictures, tensor, use_all_cores

_SIDES = (224, 192, 160, 128, 96, 64)
_WANTED, _MOST = 3, 10
_BATCH = 32
_MARGIN = 1.12  # pictures are a little larger than what is cut out of them
_TRIED = 128  # the resolution at which steps are timed first
_STEPS = 5  # of which the quickest counts: it ends in time by the clock, not by the plan
_SHARE = 0.95  # of the time that is left; the rest is for reading and answering
_ANSWERED = 0.4  # of what learning takes

M = TypeVar("M", bound=nn.Module)


@dataclass
class Trainer:
    """One model on one set of pictures [n, large, large, 3] with ``codes``, until ``left()`` seconds are below 0."""

    model: nn.Module
    pixels: Any
    codes: torch.Tensor
    side: int
    flips: bool
    rng: np.random.Generator
    left: Callable[[], float] = lambda: 1.0

    def batches(self) -> list[Any]:
        """Return rows in a new order, without a last batch too small to normalise."""
        rows = self.rng.permutation(len(self.pixels))
        cuts = [rows[at : at + _BATCH] for at in range(0, len(rows), _BATCH)]
        return [cut for cut in cuts if len(cut) > 1]

    def steps(self, passes: int) -> int:
        """Return how many steps so many passes have."""
        return passes * len(self.batches())

    def step(self, rows: Any, optimizer: torch.optim.Optimizer) -> None:
        """Learn from a few pictures, each cut and mirrored at random."""
        places = self.rng.integers(0, self.pixels.shape[1] - self.side + 1, (len(rows), 2))
        cuts = [
            self.pixels[row, top : top + self.side, left : left + self.side]
            for row, (top, left) in zip(rows, places, strict=True)
        ]
        cut = np.stack(cuts)
        mirrored = self.rng.random(len(rows)) < (0.5 if self.flips else 0.0)
        cut[mirrored] = cut[mirrored, :, ::-1]
        logits, codes = self.model(tensor(cut)), self.codes[rows]
        several = codes.ndim == 2
        losses = nn.functional.binary_cross_entropy_with_logits if several else nn.functional.cross_entropy
        optimizer.zero_grad()
        torch.autograd.backward(losses(logits, codes.float() if several else codes))
        optimizer.step()

    def fit(
        self, passes: int, optimizer: torch.optim.Optimizer, schedule: torch.optim.lr_scheduler.LRScheduler
    ) -> None:
        """Go through all pictures ``passes`` times."""
        self.model.train()
        for _ in range(passes):
            for rows in self.batches():
                if self.left() < 0:
                    return
                self.step(rows, optimizer)
                schedule.step()

    def seconds(self) -> float:
        """Return what one step takes now, without changing the model."""
        kept = {name: value.clone() for name, value in self.model.state_dict().items()}
        optimizer, rows = torch.optim.AdamW(self.model.parameters(), 0.0), np.arange(min(_BATCH, len(self.pixels)))
        self.model.train()
        self.step(rows, optimizer)
        spent = []
        for _ in range(_STEPS):
            since = time.monotonic()
            self.step(rows, optimizer)
            spent.append(time.monotonic() - since)
        self.model.load_state_dict(kept)
        return min(spent)


@dataclass(frozen=True)
class Plan:
    """What learning at ``side`` pixels takes: ``step_s`` for each batch, and ``before`` passes' time ahead of it."""

    side: int
    step_s: float
    job: common.Job
    before: float

    @property
    def pass_s(self) -> float:
        """Seconds for all samples."""
        return self.step_s * len(self.job.train.ids) / _BATCH

    @property
    def answer_s(self) -> float:
        """Seconds to answer the test part."""
        return _ANSWERED * self.step_s * len(self.job.test.ids) / _BATCH

    @property
    def passes(self) -> float:
        """How many passes fit into the time that is left."""
        return (_SHARE * self.job.left - self.answer_s) / self.pass_s - self.before

    def at(self, side: int) -> Plan:
        """Return what it would take at another resolution."""
        return Plan(side, self.step_s * (side / self.side) ** 2, self.job, self.before)


def _planned(model: nn.Module, job: common.Job, before: float) -> Plan:
    """Return the plan for the largest resolution at which enough passes fit, by steps measured there."""
    tried = _timed(model, job, _TRIED, before)
    enough = [side for side in _SIDES if tried.at(side).passes >= _WANTED]
    return _timed(model, job, enough[0] if enough else _SIDES[-1], before)


def _timed(model: nn.Module, job: common.Job, side: int, before: float) -> Plan:
    noise = np.random.default_rng(0).integers(0, 255, (_BATCH, side, side, 3), dtype=np.uint8)
    codes = torch.from_numpy(job.codes[np.arange(_BATCH) % len(job.codes)])
    trainer = Trainer(model, noise, codes, side, False, np.random.default_rng(0))
    return Plan(side, trainer.seconds(), job, before)


def run(create: Callable[[int], M], learn: Callable[[M, Trainer, int], None], before: float) -> None:
    """Plan, learn, predict, write: ``create`` a model of so many outputs, and let it ``learn`` for so many passes.

    ``before`` is the time, in passes, that ``learn`` takes for what comes ahead of these.
    """
    job = common.job()
    use_all_cores()
    torch.manual_seed(job.seed)
    model = create(len(job.classes))
    plan = _planned(model, job, before)
    side, photos = plan.side, job.case.modality == "image"
    passes, reserve = int(min(_MOST, max(0, plan.passes))), 1.5 * plan.answer_s + 0.04 * job.budget_s
    pixels, rng = pictures(job, "train", round(_MARGIN * side)), np.random.default_rng(job.seed)
    learn(
        model,
        Trainer(model, pixels, torch.from_numpy(job.codes), side, photos, rng, lambda: job.left - reserve),
        passes,
    )
    job.notes["settings"] = f"{side} pixels, {passes} passes"
    since = time.monotonic()
    answers = _answers(model, pictures(job, "test", side), job.case.kind == "multilabel")
    size = sum(value.numel() * value.element_size() for value in model.state_dict().values()) / common.MEGABYTE
    job.measured(since, size)
    job.write(answers)


def _answers(model: nn.Module, pixels: Any, several: bool) -> Any:
    model.eval()
    with torch.inference_mode():
        logits = torch.cat([model(tensor(pixels[at : at + 64])) for at in range(0, len(pixels), 64)]).double()
    return (logits.sigmoid() if several else logits.softmax(dim=1)).numpy()
