from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.backbones.small_residual import ACTIVATIONS, Shape, build, shape_of
from engine.errors import WeightsError

SHAPES = st.builds(
    Shape,
    width=st.sampled_from((4, 8)),
    depth=st.integers(0, 2),
    stages=st.integers(1, 3),
    kernel=st.sampled_from((3, 5)),
    activation=st.sampled_from(sorted(ACTIVATIONS)),
    excite=st.booleans(),
)


@given(SHAPES)
def test_a_shape_is_known_by_its_name(shape: Shape) -> None:
    assert shape_of(shape.name) == shape


@pytest.mark.parametrize(
    "name", ["resnet18", "residual-8-1-3-3-relu", "residual-8-1-3-4-relu-plain", "residual-9999-1-3-3-relu-plain",
             "residual-8-1-3-3-relu-Plain", "residual-08-1-3-3-relu-plain", "residual-8-1-9-3-relu-plain"]
)  # fmt: skip
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(WeightsError, match="no network of the shape"):
        build(name)


@settings(max_examples=15, deadline=None)
@given(SHAPES)
def test_it_sees_pictures_of_any_size_and_every_weight_learns(shape: Shape) -> None:
    network = build(shape.name).train()
    features = network(torch.randn(3, 3, 21, 16, generator=torch.Generator().manual_seed(0)))
    assert features.shape == (3, network.length)
    features.square().sum().backward()
    learned = {name for name, weight in network.named_parameters() if weight.grad is not None}
    assert learned == set(dict(network.named_parameters()))


def test_the_seed_alone_decides_its_weights_and_nothing_else_changes() -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    name = Shape(width=4).name
    one, same, other = (build(name, seed).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(one[key], same[key]) for key in one)
    assert any(not torch.equal(one[key], other[key]) for key in one)
    assert torch.equal(torch.get_rng_state(), before)


def test_its_stages_hold_all_its_weights_once() -> None:
    network = build(Shape(width=4, depth=2, excite=True).name)
    groups = [network.get_submodule(name) for stage in network.stages for name in stage]
    held = [id(weight) for group in groups for weight in group.parameters()]
    assert sorted(held) == sorted(id(weight) for weight in network.parameters())


@pytest.mark.parametrize("shape", [Shape(8), Shape(8, depth=2, kernel=5), Shape(16, depth=0, stages=2)])
def test_its_work_is_that_of_its_convolutions(shape: Shape) -> None:
    network, products = build(shape.name), 0

    def count(module: torch.nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        nonlocal products
        assert isinstance(module, torch.nn.Conv2d)
        products += output.numel() * module.weight[0].numel()

    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d):
            module.register_forward_hook(count)
    network(torch.zeros(1, 3, 32, 32))
    assert shape.work(32) == products // 10**6
