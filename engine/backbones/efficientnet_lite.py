"""EfficientNet-Lite: no squeeze-excite, ReLU6 throughout; it runs, quantizes and exports well.

Architecture: Tan and Le, "EfficientNet", 2019 (arXiv 1905.11946), in the Lite form of TensorFlow's TPU models, with
TensorFlow's "same" padding. Batch normalisation is folded into the convolutions when the weights are loaded.
"""

from __future__ import annotations

import pickle
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import torch
from torch import Tensor, nn
from typing_extensions import override

from engine.backbones.base import Backbone
from engine.backbones.convolution import Convolution
from engine.errors import WeightsError

LENGTH = 1280

_BROKEN = (
    OSError,
    RuntimeError,
    AttributeError,
    LookupError,
    ValueError,
    EOFError,
    pickle.UnpicklingError,
    struct.error,
    zipfile.BadZipFile,
)
_STEM = 32
_NORM_EPSILON = 1e-3
_TENSORS_PER_CONVOLUTION = 6
_CLASSIFIER_TENSORS = 2
_SOURCE_CLASSES = 1000


@dataclass(frozen=True, slots=True)
class _Stage:
    """``repeats`` blocks of one kind; only the first has the stride."""

    kernel: int
    stride: int
    expansion: int
    channels: int
    repeats: int


_LITE0 = (
    _Stage(3, 1, 1, 16, 1),
    _Stage(3, 2, 6, 24, 2),
    _Stage(5, 2, 6, 40, 2),
    _Stage(3, 2, 6, 80, 3),
    _Stage(5, 1, 6, 112, 3),
    _Stage(5, 2, 6, 192, 4),
    _Stage(3, 1, 6, 320, 1),
)
_LITE1 = (
    _Stage(3, 1, 1, 16, 1),
    _Stage(3, 2, 6, 24, 3),
    _Stage(5, 2, 6, 40, 3),
    _Stage(3, 2, 6, 80, 4),
    _Stage(5, 1, 6, 112, 4),
    _Stage(5, 2, 6, 192, 5),
    _Stage(3, 1, 6, 320, 1),
)
_LITE2 = (
    _Stage(3, 1, 1, 16, 1),
    _Stage(3, 2, 6, 24, 3),
    _Stage(5, 2, 6, 48, 3),
    _Stage(3, 2, 6, 88, 4),
    _Stage(5, 1, 6, 120, 4),
    _Stage(5, 2, 6, 208, 5),
    _Stage(3, 1, 6, 352, 1),
)


class _Block(nn.Module):
    """Expand (unless ``expansion`` is 1), filter each channel, project; added to its input where shapes allow."""

    def __init__(self, channels: int, stage: _Stage, stride: int) -> None:
        super().__init__()
        middle = channels * stage.expansion
        expand = [Convolution((channels, middle))] if stage.expansion > 1 else []
        self.layers = nn.Sequential(
            *expand,
            Convolution((middle, middle), stage.kernel, stride, groups=middle),
            Convolution((middle, stage.channels), active=False),
        )
        self.residual = stride == 1 and channels == stage.channels

    @override
    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.layers(x)
        return x + y if self.residual else y


class EfficientNetLite(Backbone):
    """Map float32 [n, 3, S, S], normalised as (level - 127) / 128, to the pooled features float32 [n, 1280], >= 0.

    ``stages`` names the layers from the first convolution over the stages of blocks to the last convolution;
    ``last_of_size`` names the last block at each size of the maps, from S/4 on: 4 of them.
    """

    quicker_halved: ClassVar[frozenset[str]] = frozenset({"cpu", "cuda"})

    def __init__(self, stages: tuple[_Stage, ...] = _LITE0) -> None:
        super().__init__()
        self.length = LENGTH
        layers: list[nn.Module] = [Convolution((3, _STEM), 3, 2)]
        channels = _STEM
        last: list[int] = []
        self.stages: list[tuple[str, ...]] = [("layers.0",)]
        for stage in stages:
            if stage.stride > 1:
                last.append(len(layers) - 1)
            self.stages.append(tuple(f"layers.{len(layers) + repeat}" for repeat in range(stage.repeats)))
            for repeat in range(stage.repeats):
                layers.append(_Block(channels, stage, stage.stride if repeat == 0 else 1))
                channels = stage.channels
        self.stages.append((f"layers.{len(layers)}",))
        self.last_of_size = tuple(f"layers.{place}" for place in (*last[1:], len(layers) - 1))
        self.layers = nn.Sequential(*layers, Convolution((channels, LENGTH)))

    @override
    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.layers(x)
        return y.mean(dim=(2, 3))

    def convolutions(self) -> Iterator[nn.Conv2d]:
        """Yield the convolutions in the order of computation."""
        return (module for module in self.modules() if isinstance(module, nn.Conv2d))


def load_lite0(path: Path) -> EfficientNetLite:
    """Return EfficientNet-Lite0 with the weights of ``path``; see :func:`_filled` for the file and what is raised."""
    return _filled(EfficientNetLite(_LITE0), path)


def load_lite1(path: Path) -> EfficientNetLite:
    """Return EfficientNet-Lite1, which repeats the blocks of Lite0 more often; see :func:`_filled`."""
    return _filled(EfficientNetLite(_LITE1), path)


def load_lite2(path: Path) -> EfficientNetLite:
    """Return EfficientNet-Lite2, a wider Lite1; see :func:`_filled`."""
    return _filled(EfficientNetLite(_LITE2), path)


def load_classifier(path: Path) -> nn.Linear:
    """Return the ImageNet classifier of a weight file: float32 features [n, 1280] to 1000 logits.

    Raises:
        WeightsError: the file does not end with such a classifier.
    """
    weight, bias = _tensors(path)[-_CLASSIFIER_TENSORS:]
    head = nn.Linear(LENGTH, _SOURCE_CLASSES)
    if weight.shape != head.weight.shape or bias.shape != head.bias.shape:
        raise WeightsError(f"{path.name} should end with a classifier, but got {tuple(weight.shape)}.")
    with torch.no_grad():
        head.weight.copy_(weight)
        head.bias.copy_(bias)
    return head.eval().requires_grad_(False)


def _filled(network: EfficientNetLite, path: Path) -> EfficientNetLite:
    """Return the network with the weights of ``path``, batch normalisation folded in, in evaluation mode.

    The file holds, in order, six tensors a convolution (kernel; scale, shift, mean, variance and count of its batch
    normalisation) and two of the ImageNet classifier, which is left out.

    Raises:
        WeightsError: the file is not such a list of tensors.
    """
    tensors = _tensors(path)
    convolutions = list(network.convolutions())
    expected = len(convolutions) * _TENSORS_PER_CONVOLUTION + _CLASSIFIER_TENSORS
    if len(tensors) != expected:
        raise WeightsError(f"{path.name} should hold {expected} tensors, but got {len(tensors)}.")
    for place, convolution in enumerate(convolutions):
        first = place * _TENSORS_PER_CONVOLUTION
        _fold(convolution, tensors[first : first + _TENSORS_PER_CONVOLUTION], path.name)
    return network.eval().requires_grad_(False)


def _tensors(path: Path) -> list[Tensor]:
    try:
        tensors = list(torch.load(path, map_location="cpu", weights_only=True).values())
    except _BROKEN as error:
        raise WeightsError(f"The pretrained weights {path.name} cannot be read: {error}.") from error
    if len(tensors) < _CLASSIFIER_TENSORS:
        raise WeightsError(f"{path.name} should hold the tensors of a network, but got {len(tensors)}.")
    return tensors


def _fold(convolution: nn.Conv2d, tensors: list[Tensor], name: str) -> None:
    """Set a convolution to itself followed by batch normalisation with running statistics."""
    kernel, scale, shift, mean, variance = (tensor.double() for tensor in tensors[:5])
    if kernel.shape != convolution.weight.shape:
        raise WeightsError(f"{name} does not fit: {tuple(kernel.shape)} for {tuple(convolution.weight.shape)}.")
    factor = scale / torch.sqrt(variance + _NORM_EPSILON)
    assert convolution.bias is not None
    with torch.no_grad():
        convolution.weight.copy_(kernel * factor[:, None, None, None])
        convolution.bias.copy_(shift - mean * factor)
