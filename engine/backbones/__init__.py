"""Pretrained networks and their verified weights.

A backbone is one file here and one line below; its module is imported only when the backbone is wanted. Two families
have names without a line: small networks trained from the beginning, named by their shape, and networks of libraries
whose weights the person brings.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.backbones.weights import verified
from engine.errors import WeightsError

if TYPE_CHECKING:
    from torch import Tensor, nn

    from engine.backbones.base import Backbone

__all__ = [
    "BACKBONES",
    "bare_backbone",
    "filled_backbone",
    "is_pretrained",
    "known",
    "load_backbone",
    "load_source_head",
]

BACKBONES: dict[str, str] = {
    "efficientnet_lite0": "engine.backbones.efficientnet_lite:load_lite0",
    "efficientnet_lite1": "engine.backbones.efficientnet_lite:load_lite1",
    "efficientnet_lite2": "engine.backbones.efficientnet_lite:load_lite2",
}
_SOURCE_HEADS: dict[str, str] = dict.fromkeys(BACKBONES, "engine.backbones.efficientnet_lite:load_classifier")
_UNTRAINED = "residual-"
_OUTSIDE = ("torchvision/", "timm/")


def known(name: str) -> bool:
    """Return whether the name could be that of a pretrained network, or of a small one trained from the beginning."""
    return is_pretrained(name) or name.startswith(_UNTRAINED)


def is_pretrained(name: str) -> bool:
    """Return whether the name is that of a network of this version, or could be that of one of a library."""
    return name in BACKBONES or name.startswith(_OUTSIDE)


def load_backbone(name: str, weights: Path | None = None) -> Backbone:
    """Return the network, in evaluation mode on the CPU, mapping float32 [n, 3, S, S] to features [n, d].

    ``weights`` is the adopted file of a network from outside. One that is trained from the beginning has random
    weights, the same each time.

    Raises:
        WeightsError: there is no such network, or its weights are absent or not the ones we trust.
    """
    if name.startswith(_OUTSIDE) and weights is not None:
        from engine.backbones.outside import load_outside

        return load_outside(name, weights)
    if name.startswith(_UNTRAINED):
        return bare_backbone(name)
    network: Backbone = _loader(BACKBONES, name)(verified(name))
    return network


def bare_backbone(name: str) -> Backbone:
    """Return the network as :func:`load_backbone` does, but with weights that are to be replaced.

    Raises:
        WeightsError: there is no such network, or what it is made from is absent.
    """
    if name.startswith(_OUTSIDE):
        from engine.backbones.outside import bare

        return bare(name)
    if name.startswith(_UNTRAINED):
        from engine.backbones.small_residual import build

        return build(name)
    return load_backbone(name)


def filled_backbone(name: str, tensors: Mapping[str, Tensor]) -> Backbone:
    """Return the network as :func:`bare_backbone` does, with these tensors by the names of its parameters.

    Raises:
        WeightsError: as :func:`bare_backbone`, or there is a weight of another size.
        RuntimeError: the tensors are of another network.
    """
    if name not in BACKBONES:
        from engine.backbones.sizes import check_sizes

        check_sizes(lambda: bare_backbone(name), tensors)
    network = bare_backbone(name)
    network.load_state_dict(dict(tensors))
    return network


def load_source_head(name: str, weights: Path | None = None) -> nn.Linear | None:
    """Return the layer that named what the network was pretrained on: features [n, d] to logits of those classes.

    None where there was nothing. ``weights`` as for :func:`load_backbone`.

    Raises:
        WeightsError: as :func:`load_backbone`.
    """
    if name.startswith(_UNTRAINED):
        return None
    if name.startswith(_OUTSIDE) and weights is not None:
        from engine.backbones.outside import load_outside_head

        return load_outside_head(weights)
    head: nn.Linear = _loader(_SOURCE_HEADS, name)(verified(name))
    return head


def _loader(registry: dict[str, str], name: str) -> Callable[[Path], Any]:
    if name not in registry:
        raise WeightsError(f"There is no network named {name!r} in this version. Open the model with a newer version.")
    module, _, function = registry[name].partition(":")
    loader: Callable[[Path], Any] = getattr(importlib.import_module(module), function)
    return loader
