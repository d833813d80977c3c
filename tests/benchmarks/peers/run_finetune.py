"""A fine-tune as fastai does it, with the same pretrained network, planned to end within the budget.

fastai's ``fine_tune`` and ``create_head``: one pass with a frozen body (one-cycle, peak 2e-3, rising for 99 %), then
the whole network at half of that, from a hundredth of it at the input to all of it at the head, rising for 30 %; AdamW
(0.99, 1e-5, weight decay 0.01), momentum 0.95 to 0.85 and back; averages and maxima under a head of 512; random crops
and flips. The resolution is the largest at which measured steps let six passes end in time; then as many passes as fit,
ten at most.
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
_WANTED, _MOST = 6, 10
_BATCH = 32
_MARGIN = 1.12  # pictures are a little larger than what is cut out of them
_RATE, _SLOWEST = 2e-3, 100.0
_SHARE = 0.9  # of the time that is left; the rest is for reading and answering


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
        """Learn from a few pictures, cut and mirrored at random."""
        top, left = self.rng.integers(0, self.pixels.shape[1] - self.side + 1, 2)
        cut = self.pixels[rows, top : top + self.side, left : left + self.side]
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
        since = time.monotonic()
        self.step(rows, optimizer)
        spent = time.monotonic() - since
        self.model.load_state_dict(kept)
        return spent


def _large(side: int) -> int:
    return round(_MARGIN * side)


def _plan(model: Tuned, job: common.Job) -> tuple[int, int, float]:
    """Return the resolution, the passes with a free body and the seconds to answer, from steps at the lowest."""
    noise = np.random.default_rng(0).integers(0, 255, (_BATCH, _SIDES[-1], _SIDES[-1], 3), dtype=np.uint8)
    codes = torch.from_numpy(job.codes[np.arange(_BATCH) % len(job.codes)])
    slow = Trainer(model, noise, codes, _SIDES[-1], False, np.random.default_rng(0)).seconds()
    per_pass = slow * len(job.train.ids) / _BATCH
    answering = 0.4 * per_pass * len(job.test.ids) / len(job.train.ids)
    for side in _SIDES:
        scale = (side / _SIDES[-1]) ** 2
        fit = (_SHARE * job.left - scale * answering) / (scale * per_pass) - 0.5  # the frozen pass costs about half
        if fit >= _WANTED or side == _SIDES[-1]:
            return side, int(min(_MOST, max(0, fit))), scale * answering
    raise AssertionError("the last resolution always returns")


def main() -> None:
    """Plan, fit, predict, write."""
    job = common.job()
    use_all_cores()
    torch.manual_seed(job.seed)
    model = Tuned(len(job.classes))
    side, passes, answering = _plan(model, job)
    pixels = pictures(job, "train", _large(side))
    photos = job.case.modality == "image"
    trainer = Trainer(model, pixels, torch.from_numpy(job.codes), side, photos, np.random.default_rng(job.seed))
    reserve = 1.5 * answering + 0.04 * job.budget_s
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
