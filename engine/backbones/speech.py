"""Google's speech embedding in plain torch: convolutions over log-mel bands, without padding in time.

Architecture: Lin et al., "Training keyword spotters with limited and synthesized speech data", 2020
(arXiv 2002.01322). The network learned to tell thousands of spoken words apart in YouTube videos; what its middle
layers hear is of use for other sounds too.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from typing_extensions import override

from engine.backbones.stored import AnyArray, filled

BANDS = 32
SHORTEST = 76  # frames: the least of a sound that the network was made to hear
LENGTH = 3 * (48 * 8 + 72 * 4 + 96 * 2)

SLOPE, LEAST = 0.2, -0.4
LITTLE = 1e-5
_PARTS = (  # convolutions (outputs, extent in time, extent in bands), then the pooling after them
    (((24, 3, 3), (24, 1, 3), (24, 3, 1)), (2, 2)),
    (((48, 1, 3), (48, 3, 1), (48, 1, 3), (48, 3, 1)), (1, 2)),
    (((72, 1, 3), (72, 3, 1), (72, 1, 3), (72, 3, 1)), (2, 2)),
    (((96, 1, 3), (96, 3, 1), (96, 1, 3), (96, 3, 1)), (1, 2)),
)
HEARD = 3  # how many of the last parts make the features


class _Convolution(nn.Conv2d):
    """A convolution with zeros around the bands only, then a leaky ReLU that goes no lower than -0.4."""

    def __init__(self, inputs: int, outputs: int, extent: tuple[int, int]) -> None:
        super().__init__(inputs, outputs, extent, padding=(0, extent[1] // 2))

    @override
    def forward(self, input: Tensor) -> Tensor:
        return F.leaky_relu(super().forward(input), SLOPE).clamp(min=LEAST)


class SpeechNetwork(nn.Module):
    """Map levels float32 [n, T, 32] and how many frames [n] of each row are sound, 76 or more, to [n, 2592].

    For each of the last three parts and each of its channels and bands, all over time::

        mean, sqrt(variance + 1e-5), largest

    Frames after a row's own are not heard: what they hold changes nothing.
    """

    def __init__(self) -> None:
        super().__init__()
        parts, channels = [], 1
        for convolutions, pooling in _PARTS:
            layers: list[nn.Module] = []
            for outputs, *extent in convolutions:
                layers.append(_Convolution(channels, outputs, (extent[0], extent[1])))
                channels = outputs
            parts.append(nn.Sequential(*layers, nn.MaxPool2d(pooling)))
        self.parts = nn.ModuleList(parts)

    @override
    def forward(self, levels: Tensor, frames: Tensor) -> Tensor:
        heard: list[Tensor] = []
        for state, length in self.states(levels, frames)[-HEARD:]:
            heard += _summary(state, length)
        return torch.cat(heard, dim=1)

    def states(self, levels: Tensor, frames: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Return after each part its state [n, C, t, b], and how many [n] of its t places are of the row's sound."""
        x, states = levels[:, None], []
        for part, (convolutions, pooling) in zip(self.parts, _PARTS, strict=True):
            x = part(x)
            frames = (frames - sum(extent - 1 for _, extent, _ in convolutions)) // pooling[0]
            states.append((x, frames))
        return states


def load_speech(path: Path) -> SpeechNetwork:
    """Return the network with the weights of ``path``, an ONNX file, in evaluation mode.

    Raises:
        WeightsError: the file cannot be read, or its tensors are not those of this network.
    """
    return filled(SpeechNetwork(), path, _tensors)


def _tensors(path: Path) -> Iterator[tuple[AnyArray, AnyArray]]:
    """Yield the kernel and the bias of each convolution in the order of computation."""
    import onnx

    tensors = {tensor.name: tensor for tensor in onnx.load(path).graph.initializer}
    for place in range(sum(len(convolutions) for convolutions, _ in _PARTS)):
        name = f"model/conv2d{f'_{place}' if place else ''}/Conv2D"
        kernel, bias = (tensors[f"{name}_{kind}_fused_bn"] for kind in ("weights", "bias"))
        yield onnx.numpy_helper.to_array(kernel), onnx.numpy_helper.to_array(bias)


def _summary(state: Tensor, length: Tensor) -> list[Tensor]:
    """Return the mean, the deviation and the largest [n, C b] over the first ``length`` [n] places in time."""
    own = torch.arange(state.shape[2], device=state.device) < length[:, None]
    own = own[:, None, :, None]
    count = length[:, None, None].to(state.dtype)
    mean = (state * own).sum(dim=2) / count
    variance = (((state - mean[:, :, None]) * own) ** 2).sum(dim=2) / count
    largest = state.masked_fill(~own, -torch.inf).amax(dim=2)
    return [mean.flatten(1), (variance + LITTLE).sqrt().flatten(1), largest.flatten(1)]
