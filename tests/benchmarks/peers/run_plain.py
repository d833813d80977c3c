"""A fine-tune as most write it by hand, with the same pretrained network, planned to end within the budget.

The whole network under a new linear layer, learned from the first step on at one rate (AdamW, peak 1e-3, weight decay
0.01) that rises for 20 % of one cycle; random crops and flips.
"""

from __future__ import annotations

import torch
from torch import nn

from tests.benchmarks.peers.pictures import network
from tests.benchmarks.peers.tuning import MOST, Cycle, Trainer, run

_RATE, _WEIGHT_DECAY = 1e-3, 0.01
_CYCLE = Cycle(rising=0.2, first=1 / 25, last=1 / 25e4)  # the ends are those of PyTorch's OneCycleLR


def _created(outputs: int) -> nn.Module:
    model = network()  # of timm, which says nothing about types
    model.reset_classifier(outputs)
    tuned: nn.Module = model
    return tuned


def _learn(model: nn.Module, trainer: Trainer) -> None:
    group = {"params": list(model.parameters()), "peak": _RATE}
    trainer.fit(MOST, trainer.left(), torch.optim.AdamW([group], weight_decay=_WEIGHT_DECAY), _CYCLE)


if __name__ == "__main__":
    run(_created, _learn, before=0.0)
