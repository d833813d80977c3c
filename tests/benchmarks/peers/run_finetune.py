"""A fine-tune as fastai does it, with the same pretrained network, planned to end within the budget.

fastai's ``fine_tune`` and ``create_head``: one pass with a frozen body (one-cycle, peak 2e-3, rising for 99 %), then
the whole network at half of that, from a hundredth of it at the input to all of it at the head, rising for 30 %; AdamW
(0.99, 1e-5, weight decay 0.01), momentum 0.95 to 0.85 and back; averages and maxima under a head of 512; random crops
and flips.
"""

from __future__ import annotations

import torch
from torch import nn

from tests.benchmarks.peers.pictures import network
from tests.benchmarks.peers.tuning import Trainer, run

_RATE, _SLOWEST = 2e-3, 100.0
_FROZEN = 0.6  # of what a pass with a free body takes: one with a frozen body


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


def _cycle(model: Tuned, trainer: Trainer, passes: int, rates: list[float], shape: tuple[float, float]) -> None:
    """Learn along one cycle: ``shape`` is the share that rises, and by how much the first rate is below the peak."""
    groups = [{"params": part, "lr": rate} for part, rate in zip(model.parts(), rates, strict=True)]
    optimizer = torch.optim.AdamW(groups, betas=(0.95, 0.99), eps=1e-5, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        rates,
        total_steps=trainer.steps(passes) + 1,
        pct_start=shape[0],
        div_factor=shape[1],
        base_momentum=0.85,
        max_momentum=0.95,
    )
    trainer.fit(passes, optimizer, schedule)


def _learn(model: Tuned, trainer: Trainer, passes: int) -> None:
    model.freeze(True)
    _cycle(model, trainer, 1, [_RATE] * 3, (0.99, 25.0))
    model.freeze(False)
    if passes:
        top = _RATE / 2
        _cycle(model, trainer, passes, [top / _SLOWEST, top / _SLOWEST**0.5, top], (0.3, 5.0))


if __name__ == "__main__":
    run(Tuned, _learn, before=_FROZEN)
