"""A network in training, by itself."""

from __future__ import annotations

import pytest
from torch import nn

from engine.finetune.stream import Stream
from engine.finetune.targets import Targets
from engine.finetune.tuning import Recipe, Tuning
from engine.transfer.base import Start
from engine.transfer.joint import Joint
from tests.engine.finetune.nets import RowsNet, job

CARD = "meta"  # a device that is not the processor, and that every machine has


def tuning(device: str = "cpu") -> Tuning:
    """A network of rows about to be tuned on a device."""
    given = job()
    net, head = RowsNet(given), nn.Linear(8, given.task.outputs)
    net.move(device)
    head.to(device)
    start = Start(net.body, head, given.task, lambda: pytest.fail("nobody asks"), net.source, net.stages)
    targets, stream = Targets(given), Stream(given.folds.nonzero()[0], 4, (0,))
    return Tuning(net, Joint(start, {}), targets, stream, Recipe(), (0,))


def memories(one: Tuning) -> set[str]:
    return {value.device.type for memory in one.optimiser.state.values() for value in memory.values()}


def test_all_that_the_optimiser_remembers_moves_with_the_weights() -> None:
    one = tuning()
    one.step(16, 64)
    assert memories(one) == {"cpu"}
    one.move(CARD)
    assert memories(one) == {CARD}


def test_what_was_saved_is_taken_up_where_the_weights_are() -> None:
    one = tuning()
    one.step(16, 64)
    again = tuning(CARD)
    again.restore(one.saved())
    assert memories(again) == {CARD}
