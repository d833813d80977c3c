"""A fine-tune as fastai does it, with the same pretrained network, planned to end within the budget.

fastai's ``fine_tune`` and ``create_head``: one pass with a frozen body (one-cycle, peak 2e-3 and, for what of the body
still learns, its normalisation, a tenth of it; rising for 99 %), then the whole network at half of that, from a
hundredth of it at the input to all of it at the head, rising for 30 %. AdamW (0.99, 1e-5; weight decay 0.01, but for
normalisation and biases), which goes on from the one to the other; momentum 0.95 to 0.85 and back; averages and maxima
under a head of 512, whose layers begin as ``kaiming_normal_``; random crops and flips. The body is cut in two, as
fastai does for its ResNets.
"""

from __future__ import annotations

import torch
from torch import nn

from tests.benchmarks.peers.pictures import network
from tests.benchmarks.peers.tuning import MOST, Cycle, Trainer, run

_RATE, _SLOWEST, _HELD = 2e-3, 100.0, 10.0
_WEIGHT_DECAY = 0.01
_MOMENTA, _LAST = (0.95, 0.85), 1e-5
_FIRST_CYCLE = Cycle(rising=0.99, first=1 / 25, last=_LAST, momenta=_MOMENTA)
_CYCLE = Cycle(rising=0.3, first=1 / 5, last=_LAST, momenta=_MOMENTA)
_FROZEN = 0.6  # of what a pass with a free body takes: one with a frozen body
_AT_MOST = 0.5  # of the time goes into that pass


class Tuned(nn.Module):
    """The network under fastai's head."""

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.body = network()
        self.body.reset_classifier(0)
        self.head = nn.Sequential(
            nn.BatchNorm1d(2560),
            nn.Dropout(0.25),
            nn.Linear(2560, 512, bias=False),
            nn.ReLU(),
            nn.BatchNorm1d(512),
            nn.Dropout(0.5),
            nn.Linear(512, outputs, bias=False),
        )
        for layer in self.head:
            if isinstance(layer, nn.Linear):
                nn.init.kaiming_normal_(layer.weight)
            elif isinstance(layer, nn.BatchNorm1d):
                nn.init.constant_(layer.bias, 1e-3)

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

    def optimizer(self) -> torch.optim.Optimizer:
        """Return fastai's: two groups for each part, as normalisation and biases, alone of one axis, do not decay."""
        groups = [
            {"params": [p for p in part if (p.ndim > 1) == decays], "weight_decay": _WEIGHT_DECAY * decays}
            for part in self.parts()
            for decays in (True, False)
        ]
        return torch.optim.AdamW(groups, betas=(_MOMENTA[0], 0.99), eps=1e-5)

    def freeze(self, frozen: bool) -> None:
        """Hold the body's weights, but not those of its normalisation, as fastai does."""
        for module in self.body.modules():
            for parameter in module.parameters(recurse=False):
                parameter.requires_grad_(not frozen or isinstance(module, nn.BatchNorm2d))


def at_peak(optimizer: torch.optim.Optimizer, rates: list[float]) -> None:
    """Give each part, which has two groups, its rate."""
    for number, group in enumerate(optimizer.param_groups):
        group["peak"] = rates[number // 2]


def learn(model: Tuned, trainer: Trainer) -> None:
    """Learn for one pass with a frozen body, then while time is left with a free one."""
    optimizer, top = model.optimizer(), _RATE / 2
    model.freeze(True)
    at_peak(optimizer, [_RATE / _HELD, _RATE / _HELD, _RATE])
    trainer.fit(1, _AT_MOST * trainer.left(), optimizer, _FIRST_CYCLE)
    model.freeze(False)
    at_peak(optimizer, [top / _SLOWEST, top / _SLOWEST**0.5, top])
    trainer.fit(MOST, trainer.left(), optimizer, _CYCLE)


if __name__ == "__main__":
    run(Tuned, learn, before=_FROZEN)
