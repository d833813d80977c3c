"""Learning to part classes, without a head: what pays where labels are few.

After SetFit (Tunstall et al., 2022, https://arxiv.org/abs/2209.11055): first the network learns from pairs, then a
head is fitted to what it sees. All pairs of a step count at once (Khosla et al., 2020,
https://arxiv.org/abs/2004.11362).
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

TEMPERATURE = 0.1


def contrast(features: Tensor, targets: Tensor) -> Tensor:
    """Return how badly features [b, d] tell by their angles who is of one class, by one-hot targets [b, K].

    For each sample, the mean over the others of its class of what it takes to pick that one out of all others.
    """
    turned = functional.normalize(features, dim=1)
    others = ~torch.eye(len(features), dtype=torch.bool, device=features.device)
    near = (turned @ turned.T / TEMPERATURE).masked_fill(~others, -1e9)
    surprise = near.logsumexp(dim=1, keepdim=True) - near
    alike = (targets @ targets.T > 0) & others
    found: Tensor = ((surprise * alike).sum(dim=1) / alike.sum(dim=1).clamp(min=1)).mean()
    return found
