"""A network in training, by itself."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from engine.budget import Deadline
from engine.finetune import base, precision
from engine.finetune.schedule import pace
from engine.finetune.stream import Stream
from engine.finetune.targets import Targets
from engine.finetune.tuning import Recipe, Tuning
from engine.transfer.base import Start
from engine.transfer.joint import Joint
from tests.engine.finetune.nets import RowsFineTune, RowsNet, job

CARD = "meta"  # a device that is not the processor, and that every machine has


def tuning(device: str = "cpu", recipe: Recipe | None = None) -> Tuning:
    """A network of rows about to be tuned on a device."""
    given = job()
    net, head = RowsNet(given), nn.Linear(8, given.task.outputs)
    net.move(device)
    head.to(device)
    start = Start(net.body, head, given.task, lambda: pytest.fail("nobody asks"), net.source, net.stages)
    targets, stream = Targets(given), Stream(given.folds.nonzero()[0], 4, (0,))
    return Tuning(net, Joint(start, {}), targets, stream, recipe or Recipe(), (0,))


def memories(one: Tuning) -> set[str]:
    return {value.device.type for memory in one.optimiser.state.values() for value in memory.values()}


def rates(one: Tuning) -> dict[str, float]:
    """The learning rate of each weight at the height of the training."""
    by_weight = {id(weight): group["full"] for group in one.optimiser.param_groups for weight in group["params"]}
    return {name: by_weight[id(weight)] for name, weight in one.weights.items()}


def test_layers_learn_more_slowly_the_nearer_they_are_to_the_input() -> None:
    one = tuning(recipe=Recipe(rate=0.1, head=2.0, decay=0.5, weight_decay=0.0))
    expected = {"head": 0.2, "body.3": 0.05, "body.0": 0.025}
    assert rates(one) == pytest.approx(
        {f"{layer}.{kind}": rate for layer, rate in expected.items() for kind in ("weight", "bias")}
    )
    before = {name: weight.detach().clone() for name, weight in one.weights.items()}
    one.step(16, 64)
    moved = {name: float((weight.detach() - before[name]).abs().max()) for name, weight in one.weights.items()}
    for layer, rate in expected.items():  # the first step of Adam is as long as the rate
        assert moved[f"{layer}.weight"] == pytest.approx(rate * pace(0.0), rel=0.01)


def test_a_learner_takes_the_rates_from_its_settings() -> None:
    one = RowsFineTune(job(), {"rate": 0.01, "head": 0.5, "decay": 0.9})
    while one._tuning is None:
        one.advance(Deadline(0.0))
    found = rates(one._tuning)
    assert (found["head.weight"], found["body.3.weight"], found["body.0.weight"]) == pytest.approx(
        (0.005, 0.009, 0.0081)
    )


def test_all_that_the_optimiser_remembers_moves_with_the_weights() -> None:
    one = tuning()
    one.step(16, 64)
    assert memories(one) == {"cpu"}
    one.move(CARD)
    assert memories(one) == {CARD}


def test_how_long_samples_took_to_be_made_ready_is_known_over_a_restart() -> None:
    one, again = tuning(), tuning()
    one.step(16, 64)
    one.prepared_s += 1.0
    again.restore(one.saved())
    assert again.prepared_s == one.prepared_s >= 1.0


def test_what_was_saved_is_taken_up_where_the_weights_are() -> None:
    one = tuning()
    one.step(16, 64)
    again = tuning(CARD)
    again.restore(one.saved())
    assert memories(again) == {CARD}


@pytest.fixture
def float16(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all networks compute in the type that cards from before bfloat16 are quick in."""
    for module in (base, precision):
        monkeypatch.setattr(module, "half_type", lambda *_: torch.float16)


@pytest.mark.usefixtures("float16")
def test_small_gradients_are_not_lost_in_half_precision_and_too_large_ones_change_nothing() -> None:
    one = tuning()
    assert one.scaler.is_enabled()
    before = {name: weight.detach().clone() for name, weight in one.weights.items()}
    one.scaler.load_state_dict({**one.scaler.state_dict(), "scale": 1e30})  # gradients become endless
    one.step(16, 64)
    assert all(torch.equal(before[name], weight) for name, weight in one.weights.items())
    assert one.scaler.get_scale() == pytest.approx(0.5e30)
    one.scaler.load_state_dict({**one.scaler.state_dict(), "scale": 2.0**10})
    one.step(16, 64)
    assert not any(torch.equal(before[name], weight) for name, weight in one.weights.items())


@pytest.mark.usefixtures("float16")
def test_how_gradients_are_scaled_is_kept_over_a_restart() -> None:
    one, again = tuning(), tuning()
    one.scaler.load_state_dict({**one.scaler.state_dict(), "scale": 2.0**7})
    one.step(16, 64)
    again.restore(one.saved())
    for each in (one, again):
        each.step(16, 48)
    assert again.scaler.state_dict() == one.scaler.state_dict()
    assert all(torch.equal(one.weights[name], weight) for name, weight in again.weights.items())


def test_nothing_is_scaled_in_other_types() -> None:
    assert not tuning().scaler.is_enabled()
    assert tuning().saved().numbers["scaler"] == {}
