"""Cuts channels out of EfficientNet-Lite: inside each block, where nothing else depends on them.

A block widens its input sixfold, filters each channel alone, and narrows the result again. A channel in between is a
row of the widening convolution, one filter, and a column of the narrowing one; cutting all three changes no other
block, so neither a graph of dependencies nor a library that finds one is needed. Four fifths of the arithmetic lies
there. What counts for a channel is the mean of its squared weights in the three, each relative to the others of its
layer (the L2 norm of the group: Fang et al., "DepGraph", 2023, arXiv 2301.12900).

With the batch normalisations folded in, nothing in the network brings the maps back to their scale; so the narrowing
convolution of each block is fitted anew on pictures before the network learns again.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from engine.backbones.convolution import Convolution
from engine.backbones.efficientnet_lite import EfficientNetLite

_STEP = 16
"""Widths are multiples of this: in 8 bits, multiples of 8 were no quicker than no cut at all."""

_CONVOLUTIONS = 3
_AT_ONCE = 32
_HELD = 1e-2

Hidden = tuple[Convolution, Convolution, Convolution]
"""The convolutions of a block that widens: to its hidden channels, of each alone, and back from them."""


def pruned(network: EfficientNetLite, share: float, pictures: Tensor) -> EfficientNetLite:
    """Return the network without ``share`` of the hidden channels of each block, those that count least; a copy.

    ``pictures`` float32 [n, 3, S, S], normalised, are what the channels that are left are fitted on, block after block.
    """
    cut = copy.deepcopy(network)
    with torch.no_grad():
        old = new = list(torch.split(pictures, _AT_ONCE))
        for before, after in zip(network.layers, cut.layers, strict=True):
            hidden = _hidden(after)
            if hidden is not None:
                width = hidden[1].out_channels
                left = max(_STEP, round((1.0 - share) * width / _STEP) * _STEP)
                if left < width:
                    _keep(hidden, importance(hidden).topk(left).indices.sort().values)
                    _fit(hidden, before, old, new)
            old, new = [before(x) for x in old], [after(x) for x in new]
    return cut


def fitted(network: EfficientNetLite, tensors: Mapping[str, Tensor]) -> EfficientNetLite:
    """Return the network with as many hidden channels as ``tensors``, by the names of its parameters, have; a copy.

    The weights are to be replaced.
    """
    cut = copy.deepcopy(network)
    names = {module: name for name, module in cut.named_modules()}
    for hidden in filter(None, map(_hidden, cut.layers)):
        width = len(tensors[f"{names[hidden[1]]}.weight"])
        if not 0 < width <= hidden[1].out_channels:
            raise ValueError(f"{width} channels of {hidden[1].out_channels}")
        _keep(hidden, torch.arange(width))
    return cut


def importance(hidden: Hidden) -> Tensor:
    """Return how much each hidden channel counts, [channels]; the mean is 1."""
    expand, filters, project = (convolution.weight.detach().double() for convolution in hidden)
    sums = [weight.square().sum(dim=(1, 2, 3)) for weight in (expand, filters, project.transpose(0, 1))]
    return torch.stack([one / one.mean() for one in sums]).mean(dim=0)


def _hidden(layer: nn.Module) -> Hidden | None:
    """Return the convolutions of a block that widens, None for any other layer."""
    found = [module for module in layer.modules() if isinstance(module, Convolution)]
    if len(found) != _CONVOLUTIONS:
        return None
    expand, filters, project = found
    return expand, filters, project


def _fit(hidden: Hidden, before: nn.Module, old: Sequence[Tensor], new: Sequence[Tensor]) -> None:
    """Let a narrowed block say what it said ``before`` of the maps ``old``, now that it is given ``new``.

    Its last convolution is linear, so that ridge regression finds what to add to it (He et al., "Channel Pruning",
    2017, arXiv 1707.06168): with h the maps of the channels that are left, and a 1, and r what is missing,
    ``(h^T h + penalty) change = h^T r``.
    """
    expand, filters, project = hidden
    count = project.in_channels + 1
    square = torch.zeros(count, count, dtype=torch.float64)
    wanted = torch.zeros(count, project.out_channels, dtype=torch.float64)
    for x, y in zip(old, new, strict=True):
        maps = filters(expand(y))
        missing = before(x) - project(maps) - (y if getattr(before, "residual", False) else 0.0)
        inputs = torch.cat([_rows(maps), torch.ones(maps[:, :1].numel(), 1)], dim=1)
        square += (inputs.T @ inputs).double()
        wanted += (inputs.T @ _rows(missing)).double()
    square.diagonal().add_(_HELD * square.diagonal().mean())
    change = torch.linalg.solve(square, wanted).float()
    assert project.bias is not None
    project.weight += change[:-1].T[:, :, None, None]
    project.bias += change[-1]


def _rows(maps: Tensor) -> Tensor:
    """Return maps [n, c, h, w] as [n h w, c]."""
    return maps.permute(0, 2, 3, 1).flatten(0, 2)


def _keep(hidden: Hidden, channels: Tensor) -> None:
    """Leave only these hidden channels in a block."""
    expand, filters, project = hidden
    for narrowed in (expand, filters):
        assert narrowed.bias is not None
        narrowed.weight, narrowed.bias = _chosen(narrowed.weight[channels]), _chosen(narrowed.bias[channels])
        narrowed.out_channels = len(channels)
    project.weight = _chosen(project.weight[:, channels])
    filters.in_channels = filters.groups = project.in_channels = len(channels)


def _chosen(values: Tensor) -> nn.Parameter:
    return nn.Parameter(values.detach().clone(), requires_grad=False)
