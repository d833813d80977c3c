"""What every regularizer must keep, alone and all together."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from engine.transfer import TRANSFER, regularizer_class
from engine.transfer.base import Regularizer
from engine.transfer.joint import Joint
from tests.engine.transfer import networks

STEPS = 60
SETS: tuple[Mapping[str, Mapping[str, Any]], ...] = (
    *({kind: {}} for kind in TRANSFER),
    *({kind: {}, "never_hurt": {}} for kind in ("l2_sp", "delta", "bss", "co_tuning")),
    {kind: {} for kind in TRANSFER},
    {},
)


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """Several threads would only wait for one another over so few numbers."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@dataclass
class Loop:
    """A fine-tune of the tiny network that can be stopped between any two steps."""

    joint: Joint
    optimiser: torch.optim.Optimizer

    @classmethod
    def of(cls, chosen: Mapping[str, Mapping[str, Any]]) -> Loop:
        start = networks.start()
        joint = Joint(start, chosen)
        weights = [*start.body.parameters(), *start.head.parameters(), *joint.parameters]
        return cls(joint, torch.optim.SGD(weights, lr=0.05))

    def run(self, first: int, last: int) -> None:
        for step in range(first, last):
            inputs, targets = networks.samples(32, seed=step)
            self.optimiser.zero_grad()
            self.joint.on_progress(step / STEPS)
            features = self.joint.features((inputs,))
            self.joint.backward(self.loss(features, targets), (inputs,), features, targets)
            self.optimiser.step()

    def loss(self, features: Tensor, targets: Tensor) -> Tensor:
        return nn.functional.cross_entropy(self.joint.start.head(features), targets)

    def fit(self) -> float:
        inputs, targets = networks.samples(500, seed=1000)
        with torch.no_grad():
            return self.loss(self.joint.start.body(inputs), targets).item()

    def go_on_from(self, other: Loop) -> None:
        """Take over all that a save of the other would hold."""
        self.joint.start.body.load_state_dict(copy.deepcopy(other.joint.start.body.state_dict()))
        self.joint.start.head.load_state_dict(copy.deepcopy(other.joint.start.head.state_dict()))
        with torch.no_grad():
            for mine, theirs in zip(self.joint.parameters, other.joint.parameters, strict=True):
                mine.copy_(theirs)
        self.joint.restore({name: tensor.clone() for name, tensor in other.joint.state().items()})

    def weights(self) -> dict[str, Tensor]:
        start = self.joint.start
        return {**start.body.state_dict(prefix="body."), **start.head.state_dict(prefix="head.")}


@pytest.mark.parametrize("chosen", SETS, ids=lambda chosen: "+".join(chosen) or "none")
def test_it_learns_with_it_and_saved_midway_it_goes_on_exactly(chosen: Mapping[str, Mapping[str, Any]]) -> None:
    straight, second = Loop.of(chosen), Loop.of(chosen)
    before = straight.fit()
    straight.run(0, STEPS // 2)
    second.go_on_from(straight)
    straight.run(STEPS // 2, STEPS)
    second.run(STEPS // 2, STEPS)
    expected = straight.weights()
    assert all(torch.isfinite(weight).all() for weight in expected.values())
    assert straight.fit() < before
    assert all(torch.equal(weight, expected[name]) for name, weight in second.weights().items())


@pytest.mark.parametrize("chosen", SETS, ids=lambda chosen: "+".join(chosen) or "none")
def test_it_works_in_half_precision_as_in_full(chosen: Mapping[str, Mapping[str, Any]]) -> None:
    gradients = []
    for half in (False, True):
        joint = Loop.of(chosen).joint
        inputs, targets = networks.samples(32)
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            features = joint.features((inputs,))
            outputs = joint.start.head(features)
        joint.backward(nn.functional.cross_entropy(outputs.float(), targets), (inputs,), features, targets)
        slopes = [weight.grad for weight in joint.start.body.parameters() if weight.grad is not None]
        gradients.append(torch.cat([slope.flatten() for slope in slopes]))
    assert (gradients[0] - gradients[1]).norm() < 0.05 * gradients[0].norm()


@pytest.mark.parametrize("kind", TRANSFER)
def test_the_registry_finds_it_under_its_name(kind: str) -> None:
    found = regularizer_class(kind)
    assert issubclass(found, Regularizer)
    assert found.kind == kind


def test_no_hook_stays_on_the_body() -> None:
    loop = Loop.of({"delta": {}})
    loop.run(0, 1)
    assert not any(module._forward_hooks for module in loop.joint.start.body.modules())
