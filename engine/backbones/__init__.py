"""Pretrained networks and their verified weights.

A backbone is one file here and one line below; its module is imported only when the backbone is wanted.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from engine.backbones.weights import verified
from engine.errors import WeightsError

if TYPE_CHECKING:
    from torch import nn

__all__ = ["BACKBONES", "load_backbone"]

BACKBONES: dict[str, str] = {
    "efficientnet_lite0": "engine.backbones.efficientnet_lite:load_lite0",
}


def load_backbone(name: str) -> nn.Module:
    """Return the network, in evaluation mode on the CPU, mapping float32 [n, 3, S, S] to features [n, d].

    Raises:
        WeightsError: there is no such network, or its weights are absent or not the ones we trust.
    """
    if name not in BACKBONES:
        raise WeightsError(f"There is no network named {name!r} in this version. Open the model with a newer version.")
    module, _, function = BACKBONES[name].partition(":")
    network: nn.Module = getattr(importlib.import_module(module), function)(verified(name))
    return network
