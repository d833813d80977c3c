"""A fine-tune as most write it by hand, with the same pretrained network, planned to end within the budget.

The whole network under a new linear layer, learned from the first step on at one rate (AdamW, peak 1e-3, weight decay
0.01) that rises for 20 % of one cycle; random crops and flips.
"""

from __future__ import annotations

import torch
from torch import nn

from tests.benchmarks.peers.pictures import network
from tests.benchmarks.peers.tuning import Trainer, run

_RATE, _RISING, _WEIGHT_DECAY = 1e-3, 0.2, 0.01


def _created(outputs: int) -> nn.Module:
    model = network()  # of timm, which says nothing about types
    model.reset_classifier(outputs)
    tuned: nn.Module = model
    return tuned


def _learn(model: nn.Module, trainer: Trainer, passes: int) -> None:
    passes = max(1, passes)
    optimizer = torch.optim.AdamW(model.parameters(), _RATE, weight_decay=_WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, _RATE, total_steps=trainer.steps(passes) + 1, pct_start=_RISING, cycle_momentum=False
    )
    trainer.fit(passes, optimizer, schedule)


if __name__ == "__main__":
    run(_created, _learn, before=0.0)
