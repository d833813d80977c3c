"""Convolutions with "same" padding and ReLU6, and what makes them quick on a processor.

Measured on one core of a processor with units for bfloat16, EfficientNet-Lite0, milliseconds a picture:

=====================  ================  ============================================
what                   PyTorch alone     here
=====================  ================  ============================================
looking, 128 pixels    4.0 (2.9 halved)  3.6, halved 2.0 (the activation fused)
looking, 224 pixels    14.5 (10.5)       13, halved 5.8
a step, 128 pixels     13.2 (22)         11.7, halved 9.8 (its gradients, too)
=====================  ================  ============================================

ReLU6 alone takes as long as the convolution before it, since maps do not stay in the cache; oneDNN can compute it while
they do. Of a depthwise convolution of 5 x 5 the gradient of the weights takes ten times as long as all else, and in
bfloat16 forty times.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from typing_extensions import override

_RELU6: tuple[str, list[float], str] = ("hardtanh", [0.0, 6.0], "")
_LINEAR: tuple[str, list[float], str] = ("none", [], "")
_SLOW, _QUICK = 5, 3
_CLOSE = 0.02


class Convolution(nn.Conv2d):
    """A convolution with bias and TensorFlow's "same" padding, the odd pixel below and right, then ReLU6 if active."""

    def __init__(
        self, wide: tuple[int, int], kernel: int = 1, stride: int = 1, groups: int = 1, active: bool = True
    ) -> None:
        padding = 0 if stride > 1 else kernel // 2
        super().__init__(*wide, kernel, stride, padding, groups=groups)
        self.active = active

    @override
    def forward(self, input: Tensor) -> Tensor:
        if self.stride[0] > 1:
            (top, bottom), (left, right) = (self._missing(size) for size in input.shape[2:])
            input = F.pad(input, (left, right, top, bottom))
        if torch.compiler.is_exporting():
            output = super().forward(input)
            return F.relu6(output) if self.active else output  # exporting changes in place takes three times as long
        learned = input.requires_grad or any(parameter.requires_grad for parameter in self.parameters())
        learning = torch.is_grad_enabled() and learned
        if not learning and input.device.type == "cpu" and _can_fuse(_type(input)):
            return self._fused(input)
        output = self._learning(input) if learning and self._is_slow(input) else super().forward(input)
        return F.relu6(output, inplace=True) if self.active else output

    def _missing(self, size: int) -> tuple[int, int]:
        kernel, stride = self.kernel_size[0], self.stride[0]
        total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
        return total // 2, total - total // 2

    def _fused(self, input: Tensor) -> Tensor:
        kind, sides = _type(input), (list(self.padding), list(self.stride), [1, 1])
        assert self.bias is not None
        values = (input.to(kind), self.weight.to(kind), self.bias.to(kind))
        output: Tensor = _pointwise(*values, *sides, self.groups, *(_RELU6 if self.active else _LINEAR))
        return output

    def _is_slow(self, input: Tensor) -> bool:
        return input.device.type == "cpu" and self.kernel_size[0] == _SLOW and self.groups == self.in_channels

    def _learning(self, input: Tensor) -> Tensor:
        kind = _type(input)
        assert self.bias is not None
        values = (input.to(kind), self.weight.to(kind), self.bias.to(kind))
        output: Tensor = _Depthwise.apply(*values, self.stride[0], int(self.padding[0]))
        return output


class _Depthwise(torch.autograd.Function):
    """A depthwise convolution of 5 x 5 whose gradients are put together from what oneDNN is quick at.

    That of the input is the convolution of the outputs' gradient, zeros between where the stride is 2, with the turned
    kernel; that of the weights is four pieces of 3 x 3.
    """

    @staticmethod
    def forward(ctx: Any, input: Tensor, weight: Tensor, bias: Tensor, stride: int, padding: int) -> Tensor:
        ctx.save_for_backward(input, weight)
        ctx.stride, ctx.padding = stride, padding
        return F.conv2d(input, weight, bias, stride, padding, 1, len(weight))

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None, Tensor | None, None, None]:
        input, weight = ctx.saved_tensors
        of_bias = gradients[0].float().sum(dim=(0, 2, 3)).to(weight) if ctx.needs_input_grad[2] else None
        around = 2 * ctx.padding - _SLOW + 1
        sides = (input.shape[2] + around, input.shape[3] + around)
        gradient = _spread(gradients[0], sides, ctx.stride).contiguous(memory_format=torch.channels_last)
        of_input = of_weight = None
        if ctx.needs_input_grad[0]:
            turned = weight.flip(2, 3)
            of_input = F.conv2d(gradient, turned, None, 1, _SLOW - 1 - ctx.padding, 1, len(weight))
        if ctx.needs_input_grad[1]:
            of_weight = _of_weight(F.pad(input, (ctx.padding,) * 4), gradient, weight)
        return of_input, of_weight, of_bias, None, None


def _spread(gradient: Tensor, sides: tuple[int, int], stride: int) -> Tensor:
    """Return the gradient of the outputs as if the stride had been 1 and all others had been ignored."""
    if stride == 1:
        return gradient
    spread = gradient.new_zeros((*gradient.shape[:2], *sides)).contiguous(memory_format=torch.channels_last)
    spread[:, :, ::stride, ::stride] = gradient
    return spread


def _of_weight(padded: Tensor, gradient: Tensor, weight: Tensor) -> Tensor:
    """Return the gradient of the weights [c, 1, 5, 5], for the outputs' gradient [n, c, H, W] at stride 1."""
    found, piece = torch.empty_like(weight), weight[:, :, :_QUICK, :_QUICK].contiguous()
    channels, (high, wide) = len(weight), gradient.shape[2:]
    rest = _SLOW - _QUICK
    for down in (rest, 0):
        for right in (rest, 0):
            seen = padded[:, :, down : down + high + rest, right : right + wide + rest]
            found[:, :, down : down + _QUICK, right : right + _QUICK] = torch.ops.aten.convolution_backward(
                gradient, seen, piece, None, [1, 1], [0, 0], [1, 1], False, [0, 0], channels, [False, True, False]
            )[1]
    return found


def _type(input: Tensor) -> torch.dtype:
    """Return the type of numbers that a convolution computes in here."""
    kind = input.device.type
    return torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else input.dtype


def _pointwise(*arguments: Any) -> Tensor:
    """Compute a convolution and what follows for each number, by the operation that PyTorch's own compiler emits."""
    output: Tensor = torch.ops.mkldnn._convolution_pointwise(*arguments)
    return output


@cache
def _can_fuse(kind: torch.dtype) -> bool:
    """Return whether this PyTorch on this processor has that operation, and it is right: it is not a public one."""
    if kind not in (torch.float32, torch.bfloat16):
        return False
    values = torch.linspace(-8.0, 8.0, 2 * 4 * 6 * 6, dtype=kind).view(2, 4, 6, 6)
    weight, bias = torch.linspace(-1.0, 1.0, 4 * 9, dtype=kind).view(4, 1, 3, 3), torch.ones(4, dtype=kind)
    with torch.inference_mode(), torch.autocast("cpu", enabled=False):
        try:
            found = _pointwise(values, weight, bias, [1, 1], [1, 1], [1, 1], 4, *_RELU6)
        except (AttributeError, NotImplementedError, RuntimeError):
            return False
        expected = F.relu6(F.conv2d(values.float(), weight.float(), bias.float(), padding=1, groups=4))
    return bool((found.float() - expected).abs().max() <= _CLOSE * expected.max())
