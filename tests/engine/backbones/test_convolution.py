from __future__ import annotations

import copy

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.backbones import load_backbone
from engine.backbones.convolution import Convolution


def plain(convolution: Convolution, x: Tensor) -> Tensor:
    """Return what a convolution of that kind is by PyTorch alone."""
    kernel, stride = convolution.kernel_size[0], convolution.stride[0]
    missing = [max((-(-side // stride) - 1) * stride + kernel - side, 0) for side in x.shape[2:]]
    high, wide = missing
    x = F.pad(x, (wide // 2, wide - wide // 2, high // 2, high - high // 2))
    outputs = F.conv2d(x, convolution.weight, convolution.bias, stride, 0, 1, convolution.groups)
    return F.relu6(outputs) if convolution.active else outputs


def pictures(channels: int, high: int, wide: int, seed: int = 0) -> Tensor:
    values = 3.0 * torch.randn(3, channels, high, wide, generator=torch.Generator().manual_seed(seed))
    return values.contiguous(memory_format=torch.channels_last)


def a_convolution(kernel: int, stride: int, channels: int, active: bool = True) -> Convolution:
    torch.manual_seed(0)
    return Convolution((channels, channels), kernel, stride, groups=channels, active=active)


@pytest.mark.parametrize(("kernel", "stride"), [(5, 1), (5, 2), (3, 1), (3, 2)])
@pytest.mark.parametrize(("high", "wide"), [(8, 8), (9, 12), (4, 5), (1, 2)])
def test_gradients_are_those_of_pytorch_alone(kernel: int, stride: int, high: int, wide: int) -> None:
    convolution = a_convolution(kernel, stride, 8)
    parameters = list(convolution.parameters())
    x = pictures(8, high, wide).requires_grad_()
    wanted = torch.randn(plain(convolution, x).shape, generator=torch.Generator().manual_seed(1))
    expected = torch.autograd.grad((plain(convolution, x) * wanted).sum(), [x, *parameters])
    found = torch.autograd.grad((convolution(x) * wanted).sum(), [x, *parameters])
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("learned", ["weight", "bias", "input"])
def test_only_the_gradients_asked_for_are_computed(learned: str) -> None:
    convolution = a_convolution(5, 1, 8).requires_grad_(False)
    x = pictures(8, 6, 6)
    asked = x if learned == "input" else convolution.get_parameter(learned)
    asked.requires_grad_()
    expected = torch.autograd.grad(plain(convolution, x).square().sum(), asked)
    torch.testing.assert_close(torch.autograd.grad(convolution(x).square().sum(), asked), expected)


@pytest.mark.parametrize("active", [True, False])
@pytest.mark.parametrize(("kernel", "stride", "groups"), [(1, 1, 1), (3, 2, 1), (3, 1, 8), (5, 2, 8)])
def test_looking_and_learning_give_the_same_answers(kernel: int, stride: int, groups: int, active: bool) -> None:
    torch.manual_seed(0)
    convolution = Convolution((8, 8), kernel, stride, groups, active)
    x = pictures(8, 11, 14)
    with torch.inference_mode():
        looked = convolution(x)
    torch.testing.assert_close(looked, convolution(x).detach(), atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(looked, plain(convolution, x).detach(), atol=1e-5, rtol=1e-5)


def test_half_precision_is_half_as_precise_and_no_worse() -> None:
    convolution = a_convolution(5, 2, 8)
    x = pictures(8, 16, 16)
    expected = plain(convolution, x)
    with torch.autocast("cpu", torch.bfloat16):
        learning = convolution(x)
        with torch.inference_mode():
            looking = convolution(x)
    for found in (learning, looking):
        assert found.dtype == torch.bfloat16
        assert float((found.float() - expected).detach().norm() / expected.detach().norm()) < 0.01


def test_a_network_of_which_the_end_learns_has_the_gradients_of_one_that_learns_whole() -> None:
    whole = load_backbone("efficientnet_lite0").requires_grad_(True)
    partly = copy.deepcopy(whole)
    for stage in partly.stages[:4]:
        for name in stage:
            partly.get_submodule(name).requires_grad_(False)
    x = pictures(3, 64, 64).clamp(-1.0, 1.0)
    for network in (whole, partly):
        network(x).square().mean().backward()
    learned = {name: weight.grad for name, weight in partly.named_parameters() if weight.grad is not None}
    assert 0 < len(learned) < len(list(whole.parameters()))
    for name, gradient in learned.items():
        torch.testing.assert_close(gradient, whole.get_parameter(name).grad, atol=1e-4, rtol=1e-3)
