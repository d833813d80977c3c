"""Each regularizer against its formula, worked out otherwise."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.arrays import FloatArray
from engine.task import Kind, Modality, Task
from engine.transfer.base import Batch, Start
from engine.transfer.bss import BSS
from engine.transfer.co_tuning import CoTuning
from engine.transfer.delta import Delta
from engine.transfer.joint import Joint, watching
from engine.transfer.l2_sp import L2SP
from engine.transfer.never_hurt import NeverHurt
from engine.transfer.rifle import Rifle
from tests.engine.transfer import networks


def batch_of(start: Start, count: int = 8) -> Batch:
    inputs, targets = networks.samples(count, seed=1)
    with watching(start.body, start.stages) as stages:
        features = start.body(inputs)
    return Batch((inputs,), features, targets, stages)


def move(start: Start, by: float) -> None:
    with torch.no_grad():
        for weight in start.body.parameters():
            weight.add_(by)


def head_size(start: Start) -> float:
    return float(flat(list(start.head.parameters())).detach().square().sum())


def test_l2_sp_is_half_the_squared_way_from_the_start() -> None:
    start = networks.start()
    held = L2SP(start, {"body": 0.2, "head": 0.0})
    assert held.penalty(batch_of(start)).item() == 0.0
    move(start, 0.5)
    count = sum(weight.numel() for weight in start.body.parameters())
    assert held.penalty(batch_of(start)).item() == pytest.approx(0.2 / 2 * count * 0.25, rel=1e-5)


def test_l2_sp_draws_the_head_to_zero() -> None:
    start = networks.start()
    held = L2SP(start, {"body": 0.2, "head": 0.4})
    assert held.penalty(batch_of(start)).item() == pytest.approx(0.2 * head_size(start), rel=1e-5)


def test_l2_sp_leaves_frozen_weights_out() -> None:
    start = networks.start()
    held = L2SP(start, {"head": 0.0})
    move(start, 0.5)
    start.body.requires_grad_(False)
    assert held.penalty(batch_of(start)).item() == 0.0


def test_delta_compares_what_the_stages_give() -> None:
    start = networks.start()
    held = Delta(start, {"body": 0.1, "head": 0.0})
    before = copy.deepcopy(start.body)
    assert held.penalty(batch_of(start)).item() == pytest.approx(0.0, abs=1e-9)
    move(start, 0.3)
    batch = batch_of(start, count=16)
    with watching(before, start.stages) as old:
        before(*batch.inputs)
    expected = 0.0
    for now, was in zip(batch.stages, old, strict=True):
        difference = (now - was).detach().numpy().astype(np.float64)
        expected += (difference**2).sum() / 2 / difference.shape[2]
    assert held.penalty(batch).item() == pytest.approx(0.1 * 64 / 16 * expected, rel=1e-4)


def test_delta_compares_with_what_the_pretrained_network_gives_in_the_same_precision() -> None:
    start = networks.start()
    joint = Joint(start, {"delta": {"head": 0.0}})
    inputs, targets = networks.samples(8)
    with torch.autocast("cpu", torch.bfloat16):
        features = joint.features((inputs,))
    joint.backward(0.0 * features.float().sum(), (inputs,), features, targets)
    assert all(weight.grad is None or not weight.grad.any() for weight in start.body.parameters())


def test_delta_needs_stages() -> None:
    whole = networks.start()
    with pytest.raises(ValueError, match="stages"):
        Delta(Start(whole.body, whole.head, whole.task, whole.seen), {})


def test_bss_takes_the_smallest_singular_values() -> None:
    start = networks.start()
    batch = batch_of(start)
    values = np.linalg.svd(batch.features.detach().numpy(), compute_uv=False)
    penalty = BSS(start, {"strength": 0.5, "directions": 2}).penalty(batch)
    assert penalty is not None
    assert penalty.item() == pytest.approx(0.5 * (values[-2:] ** 2).sum(), rel=1e-4)


def test_bss_has_nothing_to_say_of_a_frozen_body() -> None:
    start = networks.start()
    start.body.requires_grad_(False)
    assert BSS(start, {}).penalty(batch_of(start)) is None


def softmax(values: FloatArray) -> FloatArray:
    powers: FloatArray = np.exp(values - values.max(axis=1, keepdims=True))
    shares: FloatArray = powers / powers.sum(axis=1, keepdims=True)
    return shares


def test_co_tuning_is_the_cross_entropy_with_what_each_class_looked_like() -> None:
    start = networks.start()
    assert start.source is not None
    features, targets = start.seen()
    batch = batch_of(start)
    with torch.no_grad():
        chances = softmax(start.source(features).double().numpy())
        answers = softmax(start.source(batch.features).double().numpy())
    classes = targets.argmax(dim=1).numpy()
    relation = np.array([chances[classes == one].mean(axis=0) for one in range(3)])
    expected = relation[batch.targets.argmax(dim=1).numpy()]
    value = -2.3 * (expected * np.log(answers)).sum(axis=1).mean()
    assert CoTuning(start, {}).penalty(batch).item() == pytest.approx(value, rel=1e-4)


def test_co_tuning_expects_all_alike_of_a_class_without_samples() -> None:
    whole = networks.start()
    features, targets = whole.seen()
    start = Start(
        whole.body, whole.head, whole.task, lambda: (features, torch.eye(3)[[0] * len(targets)]), whole.source
    )
    batch = batch_of(start)
    only_b = Batch(batch.inputs, batch.features, torch.eye(3)[[1] * 8])
    assert start.source is not None
    value = -2.3 * start.source(batch.features).log_softmax(dim=1).mean().item()
    assert CoTuning(start, {}).penalty(only_b).item() == pytest.approx(value, rel=1e-4)


def test_co_tuning_needs_a_source_head_and_one_class_a_sample() -> None:
    whole = networks.start()
    several = Task(Modality.IMAGE, Kind.MULTILABEL, ("a", "b", "c"))
    for start in (Start(whole.body, whole.head, whole.task, whole.seen), networks.start(task=several)):
        with pytest.raises(ValueError, match="Co-Tuning needs"):
            CoTuning(start, {})


def turns(times: int, steps: int) -> list[int]:
    start = networks.start()
    rifle = Rifle(start, {"times": times})
    return [step for step in range(steps + 1) if rifle.on_progress(step / steps)]


def test_rifle_begins_the_head_anew_at_even_parts() -> None:
    assert turns(times=2, steps=30) == [10, 20]
    assert turns(times=3, steps=40) == [10, 20, 30]


@pytest.mark.parametrize("times", range(1, 7))
@pytest.mark.parametrize("steps", [1, 2, 3, 7, 100])
def test_rifle_leaves_the_end_alone(times: int, steps: int) -> None:
    assert all(step / steps <= 1 - 0.5 / (times + 1) for step in turns(times, steps))


def test_rifle_draws_a_new_head_each_time_and_leaves_the_body() -> None:
    start = networks.start()
    body = copy.deepcopy(start.body.state_dict())
    rifle, heads = Rifle(start, {"times": 2}), [start.head.weight.detach().clone()]
    for share in (0.34, 0.67):
        assert rifle.on_progress(share)
        heads.append(start.head.weight.detach().clone())
    assert not torch.equal(heads[0], heads[1])
    assert not torch.equal(heads[1], heads[2])
    assert max(float(head.abs().max()) for head in heads[1:]) <= networks.FEATURES**-0.5
    assert all(torch.equal(value, body[name]) for name, value in start.body.state_dict().items())


def flat(tensors: list[Tensor]) -> Tensor:
    return torch.cat([tensor.flatten() for tensor in tensors])


def test_never_hurt_makes_an_opposing_pull_stand_at_right_angles() -> None:
    fit = [torch.tensor([1.0, 2.0]), torch.tensor([[3.0]])]
    pull = [torch.tensor([-1.0, 0.5]), torch.tensor([[-2.0]])]
    adjusted = NeverHurt(networks.start(), {}).adjust(fit, pull)
    assert float(flat(fit) @ flat(adjusted)) == pytest.approx(0.0, abs=1e-6)
    expected = flat(pull) - (flat(pull) @ flat(fit)) / (flat(fit) @ flat(fit)) * flat(fit)
    assert torch.allclose(flat(adjusted), expected)


def test_never_hurt_leaves_an_agreeing_pull_as_it_is() -> None:
    fit, pull = [torch.tensor([1.0, 2.0])], [torch.tensor([1.0, -0.4])]
    assert torch.equal(NeverHurt(networks.start(), {}).adjust(fit, pull)[0], pull[0])


def test_never_hurt_bears_a_loss_without_a_slope() -> None:
    adjusted = NeverHurt(networks.start(), {}).adjust([torch.zeros(2)], [torch.ones(2)])
    assert torch.equal(adjusted[0], torch.ones(2))


def backward(joint: Joint) -> Tensor:
    """Compute the gradients of body and head for one batch, and return them."""
    start = joint.start
    inputs, targets = networks.samples(8, seed=1)
    weights = [*start.body.parameters(), *start.head.parameters()]
    for weight in weights:
        weight.grad = None
    features = joint.features((inputs,))
    loss = torch.nn.functional.cross_entropy(start.head(features), targets)
    joint.backward(loss, (inputs,), features, targets)
    return flat([weight.grad for weight in weights if weight.grad is not None])


def after_a_step(chosen: dict[str, dict[str, float]]) -> Tensor:
    """Return the gradients where a step down the loss has led away from the start, so that a pull opposes the loss."""
    joint = Joint(networks.start(), chosen)
    backward(Joint(joint.start, {}))
    with torch.no_grad():
        for weight in joint.start.body.parameters():
            assert weight.grad is not None
            weight.sub_(weight.grad, alpha=0.1)
    return backward(joint)


def test_with_never_hurt_a_step_is_as_steep_for_the_loss_as_without_penalties() -> None:
    strong = {"l2_sp": {"body": 5.0, "head": 0.0}}
    plain, held, safe = after_a_step({}), after_a_step(strong), after_a_step({**strong, "never_hurt": {}})
    assert plain @ held < 0.9 * (plain @ plain)
    assert float(plain @ safe) == pytest.approx(float(plain @ plain), rel=1e-3)
