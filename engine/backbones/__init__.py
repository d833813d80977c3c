"""Pretrained networks and their verified weights.

A backbone is one file here and one line below; its module is imported only when the backbone is wanted.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.backbones.weights import verified
from engine.errors import WeightsError

if TYPE_CHECKING:
    from torch import nn

__all__ = ["BACKBONES", "load_backbone", "load_source_head"]

BACKBONES: dict[str, str] = {
    "efficientnet_lite0": "engine.backbones.efficientnet_lite:load_lite0",
    "efficientnet_lite1": "engine.backbones.efficientnet_lite:load_lite1",
    "efficientnet_lite2": "engine.backbones.efficientnet_lite:load_lite2",
}


_SOURCE_HEADS: dict[str, str] = dict.fromkeys(BACKBONES, "engine.backbones.efficientnet_lite:load_classifier")


def load_backbone(name: str) -> nn.Module:
    """Return the network, in evaluation mode on the CPU, mapping float32 [n, 3, S, S] to features [n, d].

    Raises:
        WeightsError: there is no such network, or its weights are absent or not the ones we trust.
    """
    network: nn.Module = _loader(BACKBONES, name)(verified(name))
    return network


def load_source_head(name: str) -> nn.Linear:
    """Return the layer that named what the network was pretrained on: features [n, d] to logits of those classes.

    Raises:
        WeightsError: as :func:`load_backbone`.
    """
    head: nn.Linear = _loader(_SOURCE_HEADS, name)(verified(name))
    return head


def _loader(registry: dict[str, str], name: str) -> Callable[[Path], Any]:
    if name not in registry:
        raise WeightsError(f"There is no network named {name!r} in this version. Open the model with a newer version.")
    module, _, function = registry[name].partition(":")
    loader: Callable[[Path], Any] = getattr(importlib.import_module(module), function)
    return loader
