"""A fine-tune as fastai does it, with the same pretrained network, planned to end within the budget.

fastai's ``fine_tune`` and ``create_head``: one pass with a frozen body (one-cycle, peak 2e-3, rising for 99 %), then
the whole network at half of that, from a hundredth of it at the input to all of it at the head, rising for 30 %; AdamW
(0.99, 1e-5, weight decay 0.01), momentum 0.95 to 0.85 and back; averages and maxima under a head of 512; random crops
and flips. The resolution is the largest at which measured steps let three passes end in time; then, measured anew, as
many passes as fit, ten at most.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from tests.benchmarks.peers import common
from tests.benchmarks.peers.pictures import network, pictures, tensor, use_all_cores

_SIDES = (224, 192, 160, 128, 96, 64)
_WANTED, _MOST = 3, 10
_BATCH = 32
_MARGIN = 1.12  # pictures are a little larger than what is cut out of them
_RATE, _SLOWEST = 2e-3, 100.0
_TRIED = 128  # the resolution at which steps are timed first
_STEPS = 5  # of which the quickest counts: it ends in time by the clock, not by the plan
_SHARE = 0.95  # of the time that is left; the rest is for reading and answering
_FROZEN, _ANSWERED = 0.6, 0.4  # of what learning with a free body takes: with a frozen one, and answering


class Tuned(nn.Module):
    """The network under fastai's head."""

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.body = network()
        self.head = nn.Sequential(
            nn.BatchNorm1d(2560),
            nn.Dropout(0.25),
            nn.Linear(2560, 512, bias=False),
            nn.ReLU(),
            nn.BatchNorm1d(512),
            nn.Dropout(0.5),
            nn.Linear(512, outputs, bias=False),
        )

    def forward(self, batch: torch.Tensor) -> torch.Tensor:
        """Return logits [n, outputs]."""
        maps = self.body.forward_features(batch)
        answers: torch.Tensor = self.head(torch.cat([maps.amax((2, 3)), maps.mean((2, 3))], dim=1))
        return answers

    def parts(self) -> list[list[nn.Parameter]]:
        """Return the parameters of the first half of the body, of the second, and of the head."""
        own = self.body
        early = [own.conv_stem, own.bn1, *own.blocks[:4]]
        late = [*own.blocks[4:], own.conv_head, own.bn2]
        return [[p for module in modules for p in module.parameters()] for modules in (early, late, [self.head])]

    def freeze(self, frozen: bool) -> None:
        """Hold the body's weights, but not those of its normalisation, as fastai does."""
        for module in self.body.modules():
            for parameter in module.parameters(recurse=False):
                parameter.requires_grad_(not frozen or isinstance(module, nn.BatchNorm2d))


@dataclass
class Trainer:
    """One model on one set of pictures [n, large, large, 3] with ``codes``."""

    model: Tuned
    pixels: Any
    codes: torch.Tensor
    side: int
    flips: bool
    rng: np.random.Generator

    def batches(self) -> list[Any]:
        """Return rows in a new order, without a last batch too small to normalise."""
        rows = self.rng.permutation(len(self.pixels))
        cuts = [rows[at : at + _BATCH] for at in range(0, len(rows), _BATCH)]
        return [cut for cut in cuts if len(cut) > 1]

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

    def optimizer(self, rates: list[float]) -> torch.optim.AdamW:
        """Return AdamW with a rate for each part."""
        groups = [{"params": part, "lr": rate} for part, rate in zip(self.model.parts(), rates, strict=True)]
        return torch.optim.AdamW(groups, betas=(0.95, 0.99), eps=1e-5, weight_decay=0.01)

    def cycle(self, passes: int, rates: list[float], shape: tuple[float, float], left: Any) -> None:
        """Go through all pictures ``passes`` times along one cycle; end early when ``left()`` is below 0.

        ``shape`` is the share of the cycle that rises, and by how much the first rate is smaller than the peak.
        """
        optimizer, steps = self.optimizer(rates), passes * len(self.batches())
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimizer,
            rates,
            total_steps=steps + 1,
            pct_start=shape[0],
            div_factor=shape[1],
            base_momentum=0.85,
            max_momentum=0.95,
        )
        self.model.train()
        for _ in range(passes):
            for rows in self.batches():
                if left() < 0:
                    return
                self.step(rows, optimizer)
                schedule.step()

    def seconds(self) -> float:
        """Return what one step takes now, without changing the model."""
        kept = {name: value.clone() for name, value in self.model.state_dict().items()}
        optimizer, rows = self.optimizer([0.0] * 3), np.arange(min(_BATCH, len(self.pixels)))
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
    """What learning at ``side`` pixels takes: ``step_s`` for each batch with a free body."""

    side: int
    step_s: float
    job: common.Job

    @property
    def pass_s(self) -> float:
        """Seconds for all samples with a free body."""
        return self.step_s * len(self.job.train.ids) / _BATCH

    @property
    def answer_s(self) -> float:
        """Seconds to answer the test part."""
        return _ANSWERED * self.step_s * len(self.job.test.ids) / _BATCH

    @property
    def passes(self) -> float:
        """How many passes with a free body fit into the time that is left, after one with a frozen body."""
        return (_SHARE * self.job.left - self.answer_s) / self.pass_s - _FROZEN

    def at(self, side: int) -> Plan:
        """Return what it would take at another resolution."""
        return Plan(side, self.step_s * (side / self.side) ** 2, self.job)


def _planned(model: Tuned, job: common.Job) -> Plan:
    """Return the plan for the largest resolution at which enough passes fit, by steps measured there."""
    tried = _timed(model, job, _TRIED)
    enough = [side for side in _SIDES if tried.at(side).passes >= _WANTED]
    return _timed(model, job, enough[0] if enough else _SIDES[-1])


def _timed(model: Tuned, job: common.Job, side: int) -> Plan:
    noise = np.random.default_rng(0).integers(0, 255, (_BATCH, side, side, 3), dtype=np.uint8)
    codes = torch.from_numpy(job.codes[np.arange(_BATCH) % len(job.codes)])
    return Plan(side, Trainer(model, noise, codes, side, False, np.random.default_rng(0)).seconds(), job)


def main() -> None:
    """Plan, fit, predict, write."""
    job = common.job()
    use_all_cores()
    torch.manual_seed(job.seed)
    model = Tuned(len(job.classes))
    plan = _planned(model, job)
    side, photos = plan.side, job.case.modality == "image"
    pixels = pictures(job, "train", round(_MARGIN * side))
    passes = int(min(_MOST, max(0, plan.passes)))
    trainer = Trainer(model, pixels, torch.from_numpy(job.codes), side, photos, np.random.default_rng(job.seed))
    reserve = 1.5 * plan.answer_s + 0.04 * job.budget_s
    model.freeze(True)
    trainer.cycle(1, [_RATE] * 3, (0.99, 25.0), lambda: job.left - reserve)
    model.freeze(False)
    if passes:
        top = _RATE / 2
        trainer.cycle(passes, [top / _SLOWEST, top / _SLOWEST**0.5, top], (0.3, 5.0), lambda: job.left - reserve)
    job.notes["settings"] = f"{side} pixels, {passes} passes"
    since = time.monotonic()
    answers = _answers(model, pictures(job, "test", side), job.case.kind == "multilabel")
    size = sum(value.numel() * value.element_size() for value in model.state_dict().values()) / common.MEGABYTE
    job.measured(since, size)
    job.write(answers)


def _answers(model: Tuned, pixels: Any, several: bool) -> Any:
    model.eval()
    with torch.inference_mode():
        logits = torch.cat([model(tensor(pixels[at : at + 64])) for at in range(0, len(pixels), 64)]).double()
    return (logits.sigmoid() if several else logits.softmax(dim=1)).numpy()


if __name__ == "__main__":
    main()
