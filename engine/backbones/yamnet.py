"""Google's YAMNet in plain torch, up to its last block but one: a MobileNet over log-mel bands.

Architecture: Howard et al., "MobileNets", 2017 (arXiv 1704.04861). The network learned to name 521 kinds of sounds in
the videos of AudioSet (Gemmeke et al., 2017). The file holds its convolutions with batch normalisation folded in,
rounded to 256 steps a channel.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import torch.nn.functional as F
from torch import Tensor, nn
from typing_extensions import override

from engine.backbones.stored import AnyArray, filled

FRAMES, BANDS = 96, 64  # of a patch: 0.96 seconds
CHANNELS, GROUPS = 1024, 2
LENGTH = CHANNELS * GROUPS

_STEM = 32
_BLOCKS = ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (CHANNELS, 2))
_QUANTIZED = "_qdq"


class _Convolution(nn.Conv2d):
    """A 3 x 3 or 1 x 1 convolution with TensorFlow's "same" padding for even sizes, then ReLU."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 3, stride: int = 1, groups: int = 1) -> None:
        super().__init__(inputs, outputs, kernel, stride, padding=(kernel - stride) // 2, groups=groups)

    @override
    def forward(self, input: Tensor) -> Tensor:
        if self.stride[0] > 1:
            input = F.pad(input, (0, 1, 0, 1))
        return F.relu(super().forward(input))


class EventNetwork(nn.Module):
    """Map patches float32 [p, 96, 64] of log-mel levels to what their bands hold, float32 [p, 2048], all >= 0.

    These are the means over time of each of 1,024 channels in the lower and in the upper half of the bands.
    """

    def __init__(self) -> None:
        super().__init__()
        blocks: list[nn.Module] = [_Convolution(1, _STEM, stride=2)]
        channels = _STEM
        for outputs, stride in _BLOCKS:
            each = _Convolution(channels, channels, stride=stride, groups=channels)
            blocks.append(nn.Sequential(each, _Convolution(channels, outputs, kernel=1)))
            channels = outputs
        self.blocks = nn.ModuleList(blocks)

    @override
    def forward(self, patches: Tensor) -> Tensor:
        return self.maps(patches).mean(dim=2).flatten(1)

    def maps(self, patches: Tensor) -> Tensor:
        """Return the maps [p, 1024, 3, 2] of patches [p, 96, 64]."""
        x = patches[:, None]
        for block in self.blocks:
            x = block(x)
        return x


def load_yamnet(path: Path) -> EventNetwork:
    """Return the network with the weights of ``path``, an archive of an ONNX file and its data, in evaluation mode.

    Raises:
        WeightsError: the file cannot be read, or its tensors are not those of this network.
    """
    return filled(EventNetwork(), path, _tensors)


def _tensors(path: Path) -> Iterator[tuple[AnyArray, AnyArray]]:
    """Yield the kernel and the bias of each convolution in the order of computation."""
    import onnx

    with zipfile.ZipFile(path) as archive:
        names = {Path(name).name: name for name in archive.namelist()}
        graph = onnx.load_model_from_string(archive.read(names["model.onnx"])).graph
        data = archive.read(names["model.data"])
    known = {tensor.name: tensor for tensor in graph.initializer}
    for tensor in graph.initializer:
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            place = {entry.key: entry.value for entry in tensor.external_data}
            first = int(place["offset"])
            tensor.raw_data = data[first : first + int(place["length"])]
            tensor.data_location = onnx.TensorProto.DEFAULT
    for node in graph.node:
        if node.op_type == "Conv":
            kernel, bias = (known[name.removesuffix(_QUANTIZED)] for name in node.input[1:])
            yield onnx.numpy_helper.to_array(kernel), onnx.numpy_helper.to_array(bias)
