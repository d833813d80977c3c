"""Channels cut out of blocks."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from engine.backbones.convolution import Convolution
from engine.backbones.efficientnet_lite import EfficientNetLite
from exporters.edge.prune import fitted, importance, pruned

PICTURES = torch.linspace(-1.0, 1.0, 2 * 3 * 32 * 32).view(2, 3, 32, 32)


@pytest.fixture(scope="module")
def network() -> EfficientNetLite:
    torch.manual_seed(0)
    return EfficientNetLite().eval().requires_grad_(False)


def hidden(block: nn.Module) -> list[Convolution]:
    return [module for module in block.modules() if isinstance(module, Convolution)]


def test_widths_are_multiples_of_sixteen_and_those_between_blocks_stay(network: EfficientNetLite) -> None:
    cut = pruned(network, 0.3, PICTURES)
    for before, after in zip(network.layers, cut.layers, strict=True):
        old, new = hidden(before), hidden(after)
        assert (new[0].in_channels, new[-1].out_channels) == (old[0].in_channels, old[-1].out_channels)
        if len(old) == 3:
            width = new[1].out_channels
            assert width % 16 == 0 and abs(width - 0.7 * old[1].out_channels) <= 8
            assert new[1].groups == new[1].in_channels == new[2].in_channels == new[0].out_channels == width
        else:
            assert [one.out_channels for one in new] == [one.out_channels for one in old]
    assert cut(PICTURES).shape == network(PICTURES).shape


def test_channels_that_do_nothing_go_first_and_nothing_changes(network: EfficientNetLite) -> None:
    with torch.no_grad():
        whole = pruned(network, 0.0, PICTURES)
        for block in whole.layers:
            if len(convolutions := hidden(block)) == 3:
                for one in convolutions[:2]:
                    assert one.bias is not None
                    one.weight[1::3], one.bias[1::3] = 0.0, 0.0
                convolutions[2].weight[:, 1::3] = 0.0
        narrow = pruned(whole, 0.25, PICTURES)
        assert sum(one.numel() for one in narrow.parameters()) < sum(one.numel() for one in whole.parameters())
        assert torch.allclose(narrow(PICTURES), whole(PICTURES), atol=1e-5)


def test_the_network_that_was_given_stays_as_it_was(network: EfficientNetLite) -> None:
    before = {name: value.clone() for name, value in network.state_dict().items()}
    pruned(network, 0.5, PICTURES)
    after = network.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_what_counts_is_all_three_layers_each_relative_to_itself(network: EfficientNetLite) -> None:
    expand, filters, project = hidden(pruned(network, 0.0, PICTURES).layers[3])
    before = importance((expand, filters, project))
    assert before.mean() == pytest.approx(1.0)
    expand.weight *= 100.0  # the scale of a layer says nothing about its channels
    assert torch.allclose(importance((expand, filters, project)), before)
    project.weight[:, 7] *= 50.0
    assert importance((expand, filters, project)).argmax() == 7


def test_a_network_takes_the_widths_of_saved_tensors(network: EfficientNetLite) -> None:
    narrow = pruned(network, 0.4, PICTURES)
    other = fitted(network, narrow.state_dict())
    other.load_state_dict(narrow.state_dict())
    assert torch.equal(other(PICTURES), narrow(PICTURES))
    with pytest.raises(ValueError, match="channels of"):
        fitted(narrow, network.state_dict())
