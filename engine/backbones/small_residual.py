"""A small residual network for tiny pictures, to be trained from random weights. Its shape is part of its name.

After He et al. 2015, https://arxiv.org/abs/1512.03385, in the short and wide form that is quick to train: halved in
size by taking maxima, doubled in width at each of its stages, channels weighed as in Hu et al. 2017,
https://arxiv.org/abs/1709.01507, where ``excite``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn
from typing_extensions import override

from engine.backbones.base import Backbone
from engine.errors import WeightsError

FAMILY = "residual"
ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {"relu": nn.ReLU, "silu": nn.SiLU, "gelu": nn.GELU}

_KERNELS = (3, 5)
_WIDEST, _DEEPEST, _MOST_STAGES = 1024, 8, 5
_EXCITE = 8


@dataclass(frozen=True, slots=True)
class Shape:
    """``width`` channels at first, ``stages`` that each double them, with ``depth`` residual blocks in each."""

    width: int = 32
    depth: int = 1
    stages: int = 3
    kernel: int = 3
    activation: str = "relu"
    excite: bool = False

    @property
    def name(self) -> str:
        """The name under which :func:`shape_of` knows it again."""
        excite = "excite" if self.excite else "plain"
        return f"{FAMILY}-{self.width}-{self.depth}-{self.stages}-{self.kernel}-{self.activation}-{excite}"

    @property
    def length(self) -> int:
        """How many features a picture has."""
        return self.width << self.stages

    def work(self, side: int) -> int:
        """Return about how many products a square picture costs, in millions at least one."""
        channels, products = self.width, 27 * self.width * side**2
        for _ in range(self.stages):
            products += 18 * channels**2 * side**2
            channels, side = 2 * channels, side // 2
            products += self.depth * 2 * (self.kernel * channels * side) ** 2
        return max(1, products // 10**6)


def shape_of(name: str) -> Shape:
    """Return the shape of that name.

    Raises:
        WeightsError: there is no such shape.
    """
    try:
        family, width, depth, stages, kernel, activation, excite = name.split("-")
        shape = Shape(int(width), int(depth), int(stages), int(kernel), activation, excite == "excite")
        sizes = 1 <= shape.width <= _WIDEST and 0 <= shape.depth <= _DEEPEST and 1 <= shape.stages <= _MOST_STAGES
        known = shape.kernel in _KERNELS and shape.activation in ACTIVATIONS
        if shape.name != name or family != FAMILY or not (sizes and known):
            raise ValueError(name)
    except ValueError as error:
        raise WeightsError(
            f"There is no network of the shape {name!r}. Open the model with a newer version."
        ) from error
    return shape


class _Convolution(nn.Sequential):
    """A convolution that keeps the size, its outputs normalised over the batch, and an activation."""

    def __init__(self, channels: int, wide: int, shape: Shape, kernel: int) -> None:
        filters = nn.Conv2d(channels, wide, kernel, padding=kernel // 2, bias=False)
        super().__init__(filters, nn.BatchNorm2d(wide), ACTIVATIONS[shape.activation]())


class _Excite(nn.Module):
    """Weighs each channel by what all of them are on average."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        middle = max(4, channels // _EXCITE)
        self.weigh = nn.Sequential(nn.Linear(channels, middle), nn.ReLU(), nn.Linear(middle, channels), nn.Sigmoid())

    @override
    def forward(self, x: Tensor) -> Tensor:
        weights: Tensor = self.weigh(x.mean(dim=(2, 3)))
        return x * weights[:, :, None, None]


class _Block(nn.Module):
    """Two convolutions, added to what went in."""

    def __init__(self, channels: int, shape: Shape) -> None:
        super().__init__()
        layers: list[nn.Module] = [_Convolution(channels, channels, shape, shape.kernel) for _ in range(2)]
        self.layers = nn.Sequential(*layers, *([_Excite(channels)] if shape.excite else []))

    @override
    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.layers(x)
        return x + y


class SmallResidual(Backbone):
    """The network of one shape. Its convolutions are two to three times quicker in half precision where there is it."""

    pretrained: ClassVar[bool] = False
    quicker_halved: ClassVar[frozenset[str]] = frozenset({"cpu", "cuda"})

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.length = shape.length
        layers: list[nn.Module] = [_Convolution(3, shape.width, shape, 3)]
        channels = shape.width
        for _ in range(shape.stages):
            blocks = [_Block(2 * channels, shape) for _ in range(shape.depth)]
            widen = _Convolution(channels, 2 * channels, shape, 3)
            layers.append(nn.Sequential(widen, nn.MaxPool2d(2), *blocks))
            channels *= 2
        self.layers = nn.Sequential(*layers)
        self.stages = tuple((f"layers.{place}",) for place in range(len(layers)))
        self.last_of_size = tuple(name for (name,) in self.stages[1:])

    @override
    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.layers(x)
        return y.amax(dim=(2, 3))


def build(name: str, seed: int = 0) -> SmallResidual:
    """Return the network of that shape in evaluation mode; its random weights follow from the seed.

    Raises:
        WeightsError: there is no such shape.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return SmallResidual(shape_of(name)).eval()
